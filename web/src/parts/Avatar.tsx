import { useState } from 'react';
import { initial } from '@/lib/initial';
import { picture } from '@/lib/picture';
import './style/badges.css';

/** Grounds for initials; white text on each has at least 4.5:1. */
const grounds = ['#3a5bb8', '#0f766e', '#9a4b12', '#7c3aa5', '#b03a5b', '#3f6f2a', '#4a5a73'];

/** A person's picture, or, when there is none or it cannot be had, the last sign of the name on a colour of its own. */
export function Avatar({ name, src, size = 28 }: { name: string; src?: string; size?: number }) {
  const [broken, setBroken] = useState<string | null>(null);
  const shown = src && broken !== src ? src : null;
  return (
    <span
      className="q-avatar"
      aria-hidden="true"
      style={{
        width: size,
        height: size,
        fontSize: size * 0.44,
        background: shown ? 'transparent' : groundOf(name),
      }}
    >
      {shown ? (
        <img src={picture(shown)} alt="" loading="lazy" onError={() => setBroken(shown)} />
      ) : (
        initial(name)
      )}
    </span>
  );
}

function groundOf(name: string): string {
  let sum = 0;
  for (const sign of name) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 9973;
  return grounds[sum % grounds.length] ?? '#3a5bb8';
}
