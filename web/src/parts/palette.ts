/**
 * The product's colours, light and dark. They feed both the kit's theme and the
 * CSS variables --q-<name> that the parts' own style sheets use. Text colours
 * keep at least 4.5:1 (WCAG AA) against surface, ground and head.
 */
export const palette = {
  light: {
    primary: '#2457d6',
    'primary-hover': '#1c48b8',
    link: '#1f4fc7',
    success: '#146c3e',
    warning: '#8f5200',
    danger: '#c8302b',
    ground: '#f4f6fa',
    surface: '#ffffff',
    raised: '#ffffff',
    head: '#f7f8fb',
    hover: '#f5f8ff',
    chosen: '#e8effd',
    ink: '#1b2130',
    soft: '#475066',
    faint: '#5f6880',
    hint: '#636c83',
    border: '#d3d9e4',
    line: '#e8ebf2',
    shadow: '0 1px 2px rgb(24 35 61 / 5%), 0 4px 16px rgb(24 35 61 / 5%)',
    'success-soft': '#e6f5ec',
    'warning-soft': '#fdf1de',
    'danger-soft': '#fdebea',
    'info-soft': '#e8effd',
    'muted-soft': '#eef0f5',
    alarm: '#c8302b',
  },
  dark: {
    primary: '#3565e3',
    'primary-hover': '#2b58d0',
    link: '#8db0ff',
    success: '#5cc98d',
    warning: '#e5ad55',
    danger: '#f2837d',
    ground: '#0f1218',
    surface: '#171b23',
    raised: '#1f242e',
    head: '#1c212a',
    hover: '#1d2431',
    chosen: '#1f2f52',
    ink: '#e8ecf4',
    soft: '#b7bfce',
    faint: '#98a2b5',
    hint: '#8f99ad',
    border: '#38404f',
    line: '#272d39',
    shadow: '0 1px 2px rgb(0 0 0 / 40%), 0 4px 16px rgb(0 0 0 / 30%)',
    'success-soft': '#15301f',
    'warning-soft': '#35280f',
    'danger-soft': '#3a1d1c',
    'info-soft': '#1a2947',
    'muted-soft': '#262c38',
    alarm: '#d0453f',
  },
} as const;

/** Series colours of charts: the Okabe–Ito set, told apart by the colour-blind too; the first is the product's blue. */
export const seriesColours = {
  light: ['#2457d6', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#2f96c8', '#5f6880'],
  dark: ['#6f9bff', '#f08a3c', '#35c49a', '#e39ac4', '#e6c14a', '#6cc3ee', '#98a2b5'],
} as const;

/** A colour thinned with its ground to two fifths, for the line around a notice. */
export function mixed(colour: string, ground: string): string {
  const part = (hex: string, at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return `#${[1, 3, 5]
    .map((at) => Math.round(part(colour, at) * 0.4 + part(ground, at) * 0.6))
    .map((n) => n.toString(16).padStart(2, '0'))
    .join('')}`;
}
