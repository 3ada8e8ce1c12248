import { partsIn } from '@/lib/time';

/** The moment of a day and a time of day in the zone: "2026-11-24", "10:00". */
export function dueInstant(day: string, clock: string, zone: string): number {
  const wall = Date.parse(`${day}T${clock}:00Z`);
  let at = wall;
  // Twice: the first guess may lie on the other side of a change of the clocks.
  for (let i = 0; i < 2; i++) {
    const p = partsIn(zone, at);
    at += wall - Date.UTC(+p.year, +p.month - 1, +p.day, +p.hour, +p.minute);
  }
  return at;
}

/** The time of day of a moment in the zone: "10:00". */
export function clockOf(zone: string, at: number): string {
  const p = partsIn(zone, at);
  return `${p.hour}:${p.minute}`;
}
