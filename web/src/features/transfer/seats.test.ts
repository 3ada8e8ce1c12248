import { expect, it } from 'vitest';
import { chosenBy } from './seats';

it('tells a taker from a word', () => {
  const seat = { of: 'channelcode', seat: '7', from: 'zhang', fate: 'give', to: 'li' } as const;
  const same = { of: 'channelcode', seat: '7', from: 'zhang' };
  expect(chosenBy(seat, ':drop')).toEqual({ ...same, fate: 'give', to: 'drop' });
  expect(chosenBy(seat, 'drop')).toEqual({ ...same, fate: 'drop' });
  expect(chosenBy(seat, 'keep')).toEqual({ ...same, fate: 'keep' });
});
