import { describe, expect, it } from 'vitest';
import tokens from '../tokens.json';
import { tokensCss } from './tokens-css';

/** Relative luminance of `#RRGGBB`, as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const TEXT = ['text', 'muted', 'accent', 'error', 'good', 'warn', 'keyword', 'string', 'number'] as const;

describe.each(['light', 'dark'] as const)('%s', (name) => {
  const theme = tokens[name];
  const grounds = { background: theme.background, panel: theme.panel, raised: theme.raised };

  it.each(TEXT)('%s can be read on every ground', (ink) => {
    for (const ground of Object.values(grounds)) expect(contrast(theme[ink], ground)).toBeGreaterThanOrEqual(4.5);
  });

  it('text can be read on what is selected, changed, or wrong', () => {
    for (const ground of [theme.selected, theme.changed, theme.errorSoft]) {
      expect(contrast(theme.text, ground)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(theme.muted, ground)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(theme.onAccent, theme.accent)).toBeGreaterThanOrEqual(4.5);
  });

  it('marks, axes and controls stand out', () => {
    const marks = [...tokens.variants[name], theme.axis, theme.control];
    for (const mark of marks) expect(contrast(mark, theme.background)).toBeGreaterThanOrEqual(3);
  });

  it('has the colours of the other theme', () => {
    expect(Object.keys(theme)).toEqual(Object.keys(tokens.light));
    expect(tokens.variants[name]).toHaveLength(tokens.variants.light.length);
  });
});

it('measures contrast as WCAG does', () => {
  expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#FFFFFF')).toBeCloseTo(4.48, 2);
});

it('becomes custom properties, sizes in rem', () => {
  const css = tokensCss();
  expect(css).toContain('--size-body:0.8125rem;');
  expect(css).toContain(`:root[data-theme="dark"]{--background:${tokens.dark.background};`);
  expect(css).toContain(`--variant-1:${tokens.variants.light[1]};`);
});
