const browsers: readonly [string, RegExp][] = [
  ['wecom', /wxwork\//i],
  ['WeChat', /MicroMessenger\//i],
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
];

const systems: readonly [string, RegExp][] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['HarmonyOS', /\b(HarmonyOS|OpenHarmony)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
];

/** Browser and system in a User-Agent, as words a person knows; "" for what is not recognised. "wecom" is the client of 企业微信. */
export function deviceOf(agent: string): { browser: string; system: string } {
  const first = (list: readonly [string, RegExp][]) =>
    list.find(([, pattern]) => pattern.test(agent))?.[0] ?? '';
  return { browser: first(browsers), system: first(systems) };
}
