/** One shift of the week: on these days, between these times, these members are on duty. The server's shape, field for field. */
export interface Shift {
  /** 1 Monday … 7 Sunday: the day on which the shift begins. */
  days: number[];
  /** Minute of the day, 0–1439; 540 is 09:00. */
  from: number;
  /** Minute of the day, 1–1440, exclusive; not after `from` means past midnight, into the next day. */
  to: number;
  /** WeCom userids. */
  members: string[];
}

export const week = [1, 2, 3, 4, 5, 6, 7] as const;
export const minutesADay = 24 * 60;

/** 540 as "09:00"; 1440 as "24:00". */
export function clockTime(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

export interface Span {
  from: number;
  to: number;
  /** Two shifts cover it. */
  overlap: boolean;
}

/** What of one day the shifts cover, in minutes, cut where coverage changes; what began the evening before counts too. */
export function coverage(shifts: readonly Shift[], day: number): Span[] {
  const before = day === 1 ? 7 : day - 1;
  const spans = shifts.flatMap(({ days, from, to }) => {
    const overnight = to <= from;
    const parts: [number, number][] = [];
    if (days.includes(day)) parts.push([from, overnight ? minutesADay : to]);
    if (overnight && days.includes(before)) parts.push([0, to]);
    return parts.filter(([start, end]) => start < end);
  });
  const edges = [...new Set(spans.flat())].sort((a, b) => a - b);
  return edges.slice(0, -1).flatMap((from, i) => {
    const to = edges[i + 1] ?? from;
    const depth = spans.filter(([start, end]) => start <= from && to <= end).length;
    return depth === 0 ? [] : [{ from, to, overlap: depth > 1 }];
  });
}

export interface ScheduleFlaws {
  /** Indexes of shifts without a day or without a member. */
  incomplete: number[];
  /** Minutes of the week that nobody covers. */
  uncovered: number;
  overlaps: boolean;
}

export function scheduleFlaws(shifts: readonly Shift[]): ScheduleFlaws {
  const spans = week.flatMap((day) => coverage(shifts, day));
  const covered = spans.reduce((sum, span) => sum + span.to - span.from, 0);
  return {
    incomplete: shifts.flatMap((shift, i) => (shift.days.length > 0 && shift.members.length > 0 ? [] : [i])),
    uncovered: 7 * minutesADay - covered,
    overlaps: spans.some((span) => span.overlap),
  };
}
