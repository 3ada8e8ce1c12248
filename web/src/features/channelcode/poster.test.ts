import { describe, expect, it } from 'vitest';
import { wrap } from './poster';
import { everyDay, fileName, shiftHours } from './words';

/** A Chinese sign is two wide, any other one. */
const measure = (text: string) =>
  [...text].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 255 ? 2 : 1), 0);

describe('wrap', () => {
  it('breaks between Chinese signs', () => {
    expect(wrap('扫码添加顾问', 8, measure, 9)).toEqual(['扫码添加', '顾问']);
  });
  it('keeps Latin words and numbers whole', () => {
    expect(wrap('满 300 元 discount 券', 12, measure, 9)).toEqual(['满 300 元', 'discount 券']);
  });
  it('begins no line with a closing mark', () => {
    expect(wrap('扫码添加，领取', 8, measure, 9)).toEqual(['扫码添', '加，领取']);
  });
  it('ends no line with an opening mark', () => {
    expect(wrap('添加顾问「小鹊」', 10, measure, 9)).toEqual(['添加顾问', '「小鹊」']);
  });
  it('breaks a word that is wider than the line, rather than leave the paper', () => {
    expect(wrap('abcdefgh', 3, measure, 9)).toEqual(['abc', 'def', 'gh']);
  });
  it('keeps the line breaks that were typed', () => {
    expect(wrap('一\n二', 8, measure, 9)).toEqual(['一', '二']);
  });
  it('cuts what does not fit, and says so', () => {
    expect(wrap('一二三四五六七八九', 8, measure, 2)).toEqual(['一二三四', '五六七…']);
  });
});

describe('days of a history', () => {
  it('draws the days on which nothing happened, over the end of a month', () => {
    const there = { day: 20261201, added: 3, lost: 1, deleted: 0 };
    expect(everyDay(20261129, 20261202, [there])).toEqual([
      { day: 20261129, added: 0, lost: 0, deleted: 0 },
      { day: 20261130, added: 0, lost: 0, deleted: 0 },
      there,
      { day: 20261202, added: 0, lost: 0, deleted: 0 },
    ]);
  });
});

describe('words', () => {
  it('marks a shift past midnight', () => {
    expect(shiftHours({ days: [5], from: 1320, to: 360, members: [] })).toBe('22:00 – 06:00 (+1)');
    expect(shiftHours({ days: [5], from: 540, to: 1440, members: [] })).toBe('09:00 – 24:00');
  });
  it('makes file names that every system takes', () => {
    expect(fileName('展会 A/B: "秋季"', 'qr')).toBe('展会-A-B-秋季-qr.png');
  });
});
