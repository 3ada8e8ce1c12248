/** One shift of the week: on these weekdays, between these times, these members are on duty. */
export interface Shift {
  /** 1 Monday … 7 Sunday. */
  weekdays: number[];
  /** "09:00", inclusive. */
  from: string;
  /** "18:00", exclusive; "24:00" is the end of the day. A shift does not cross midnight: make two. */
  to: string;
  /** WeCom userids. */
  members: string[];
}

export const week = [1, 2, 3, 4, 5, 6, 7] as const;

/** Minutes since midnight of "HH:mm"; NaN when it is no time. */
export function minutesOf(time: string): number {
  const found = /^(\d{2}):(\d{2})$/.exec(time);
  if (!found) return Number.NaN;
  const minutes = Number(found[1]) * 60 + Number(found[2]);
  return minutes <= 24 * 60 && Number(found[2]) < 60 ? minutes : Number.NaN;
}

export interface Span {
  from: number;
  to: number;
  /** Two shifts cover it. */
  overlap: boolean;
}

/** What of one weekday the shifts cover, in minutes, cut where coverage changes. */
export function coverage(shifts: readonly Shift[], weekday: number): Span[] {
  const spans = shifts
    .filter((shift) => shift.weekdays.includes(weekday))
    .map((shift) => [minutesOf(shift.from), minutesOf(shift.to)] as const)
    .filter(([from, to]) => from < to);
  const edges = [...new Set(spans.flat())].sort((a, b) => a - b);
  return edges.slice(0, -1).flatMap((from, i) => {
    const to = edges[i + 1] ?? from;
    const depth = spans.filter(([start, end]) => start <= from && to <= end).length;
    return depth === 0 ? [] : [{ from, to, overlap: depth > 1 }];
  });
}

export interface ScheduleFlaws {
  /** Indexes of shifts that end before they begin, or have no day. */
  broken: number[];
  /** Minutes of the week that nobody covers. */
  uncovered: number;
  overlaps: boolean;
}

export function scheduleFlaws(shifts: readonly Shift[]): ScheduleFlaws {
  const spans = week.flatMap((day) => coverage(shifts, day));
  const covered = spans.reduce((sum, span) => sum + span.to - span.from, 0);
  return {
    broken: shifts.flatMap((shift, i) =>
      shift.weekdays.length > 0 && minutesOf(shift.from) < minutesOf(shift.to) ? [] : [i],
    ),
    uncovered: 7 * 24 * 60 - covered,
    overlaps: spans.some((span) => span.overlap),
  };
}
