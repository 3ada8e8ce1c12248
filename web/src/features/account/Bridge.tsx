/** The picture of the sign-in page: magpies make a bridge over the river of stars. */
export function Bridge() {
  const birds = [
    [86, 214, 1],
    [150, 172, 0.9],
    [222, 143, 1.1],
    [300, 131, 1],
    [378, 142, 1.1],
    [450, 171, 0.9],
    [514, 213, 1],
  ] as const;
  const stars = [
    [40, 40, 1.6],
    [120, 88, 1.1],
    [196, 30, 1.4],
    [262, 74, 1],
    [330, 26, 1.7],
    [410, 70, 1.1],
    [470, 34, 1.4],
    [560, 84, 1.2],
    [540, 20, 1],
    [70, 128, 1],
  ] as const;
  return (
    <svg viewBox="0 0 600 320" role="presentation">
      {stars.map(([x, y, r]) => (
        <circle key={x} cx={x} cy={y} r={r} fill="#fff" opacity="0.8" />
      ))}
      <path
        d="M20 262C130 160 220 120 300 120s170 40 280 142"
        fill="none"
        stroke="#fff"
        strokeWidth="5"
        strokeLinecap="round"
      />
      <path
        d="M20 262C130 176 220 140 300 140s170 36 280 122"
        fill="none"
        stroke="#a9c1ff"
        strokeWidth="2"
        opacity="0.7"
      />
      {[110, 180, 250, 350, 420, 490].map((x) => (
        <line
          key={x}
          x1={x}
          x2={x}
          y1={262}
          y2={x < 300 ? 316 - x * 0.68 : x * 0.68 - 92}
          stroke="#a9c1ff"
          strokeWidth="2"
          opacity="0.55"
        />
      ))}
      {birds.map(([x, y, size]) => (
        <g key={x} transform={`translate(${x} ${y - 16}) scale(${size})`} fill="#fff">
          <path d="M-15-7C-9-9-4-6 0 0 4-6 9-9 15-7 9-5 5-1 2 5l-2 4-2-4C-5-1-9-5-15-7z" />
        </g>
      ))}
      <path
        d="M0 282c60-14 90 10 150 0s90-12 150 0 90 12 150 0 90-14 150 0"
        fill="none"
        stroke="#a9c1ff"
        strokeWidth="2"
        opacity="0.6"
      />
      <path
        d="M0 302c60-12 90 10 150 0s90-10 150 0 90 10 150 0 90-12 150 0"
        fill="none"
        stroke="#a9c1ff"
        strokeWidth="2"
        opacity="0.35"
      />
    </svg>
  );
}
