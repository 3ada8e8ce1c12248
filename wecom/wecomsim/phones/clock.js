// The simulated time on the page: read when it is moved, and counted on in between.
import { useData } from './live.js';
import { useEffect, useState } from './view.js';

let base = Date.now();
let anchor = performance.now();
let speed = 1;

/** The simulated time now, unix milliseconds. */
export const simulatedNow = () => base + (performance.now() - anchor) * speed;

/** Reads the clock and keeps the page's copy right; used once, by the bar. */
export function useClockReading() {
  const { data } = useData('/_sim/clock', ['clock']);
  useEffect(() => {
    if (!data) return;
    base = Date.parse(data.now);
    anchor = performance.now();
    speed = data.speed;
  }, [data]);
  return data;
}

/** The simulated time, again every half second. */
export function useClock() {
  const [now, set] = useState(simulatedNow);
  useEffect(() => {
    const timer = setInterval(() => set(simulatedNow()), 500);
    return () => clearInterval(timer);
  }, []);
  return now;
}
