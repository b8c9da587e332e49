// Turns tokens.json, which the chart crate reads too, into the custom properties the style sheets use.
import type { Plugin } from 'vite';
import tokens from '../tokens.json' with { type: 'json' };

const VIRTUAL = 'virtual:tokens.css';

type Theme = Record<string, string | number>;

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function colours(theme: Theme, variants: string[]): string {
  const named = Object.entries(theme).map(([name, value]) => `--${dashed(name)}:${value};`);
  const numbered = variants.map((colour, index) => `--variant-${index}:${colour};`);
  return [...named, ...numbered].join('');
}

/** Sizes are in rem, so that the presenter mode scales the root and nothing else. */
export function tokensCss(): string {
  const { font, space } = tokens;
  const rem = (px: number) => `${px / font.root}rem`;
  const shared = [
    `--font:"${font.family}",sans-serif;`,
    `--mono:"${font.mono}",monospace;`,
    ...Object.entries(font.sizes).map(([name, px]) => `--size-${name}:${rem(px)};`),
    ...Object.entries(font.weights).map(([name, weight]) => `--weight-${name}:${weight};`),
    `--unit:${rem(space.grid)};--row:${rem(space.row)};--bar:${rem(space.bar)};--radius:${rem(space.radius)};`,
    `--motion:${tokens.motionMs}ms;`,
  ].join('');
  return [
    `:root{font-size:${font.root}px;${shared}${colours(tokens.light, tokens.variants.light)}color-scheme:light;}`,
    `:root[data-type-size="large"]{font-size:${font.largeRoot}px;}`,
    `:root[data-type-size="larger"]{font-size:${font.largerRoot}px;}`,
    `:root[data-presenter]{font-size:${font.presenterRoot}px;}`,
    `:root[data-theme="dark"]{${colours(tokens.dark, tokens.variants.dark)}color-scheme:dark;}`,
  ].join('\n');
}

/** Serves `virtual:tokens.css`. */
export function tokensPlugin(): Plugin {
  const resolved = `\0${VIRTUAL}`;
  return {
    name: 'fetchscope-tokens',
    resolveId: (id) => (id === VIRTUAL ? resolved : undefined),
    load: (id) => (id === resolved ? tokensCss() : undefined),
  };
}
