/** The time zones this browser knows, those of China and its neighbours first. */
export function zones(current?: string): string[] {
  const near = [
    'Asia/Shanghai',
    'Asia/Urumqi',
    'Asia/Hong_Kong',
    'Asia/Taipei',
    'Asia/Singapore',
    'Asia/Tokyo',
  ];
  const known = Intl.supportedValuesOf('timeZone').filter((zone) => !near.includes(zone));
  const all = [...near, ...known, 'UTC'];
  return current && !all.includes(current) ? [current, ...all] : [...new Set(all)];
}
