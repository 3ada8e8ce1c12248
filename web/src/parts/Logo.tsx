/** The mark: a bridge of magpies, drawn as an arch with its piers. */
export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#2457d6" />
      <path
        d="M5 22c3.200-7.400 6.800-11 11-11s7.800 3.600 11 11"
        fill="none"
        stroke="#fff"
        strokeWidth="2.600"
        strokeLinecap="round"
      />
      <path
        d="M11.200 22v-6.200M16 22v-11M20.800 22v-6.200"
        stroke="#9db9ff"
        strokeWidth="1.800"
        strokeLinecap="round"
      />
      <path d="M5 22h22" stroke="#fff" strokeWidth="2.600" strokeLinecap="round" />
    </svg>
  );
}
