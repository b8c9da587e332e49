// What the test's document does not lay out: every panel is as large as in a usual window.
import { cleanup, configure } from '@testing-library/svelte';
import { afterEach } from 'vitest';
// Loaded a moment after the first frames; a test that ends sooner is not to leave it behind.
import '../components/highlight';

Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 1100 });
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 220 });

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 15_000 });

afterEach(cleanup);
