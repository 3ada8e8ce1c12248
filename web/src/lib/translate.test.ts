import { describe, expect, it } from 'vitest';
import { fill, gather, placeOf, startLanguage, translate } from './translate';

describe('fill', () => {
  it('puts parameters in, numbers with thousands separators', () => {
    expect(fill('zh-CN', '共 {n} 条，{who}', { n: 12408, who: '王芳' })).toBe('共 12,408 条，王芳');
  });
  it('chooses by the count', () => {
    const template = '{n|one customer|{n} customers}';
    expect(fill('en', template, { n: 1 })).toBe('one customer');
    expect(fill('en', template, { n: 0 })).toBe('0 customers');
    expect(fill('en', template, { n: 1200 })).toBe('1,200 customers');
  });
  it('leaves what is no parameter, such as the variables of a message', () => {
    expect(fill('zh-CN', '{客户昵称} {unknown}', { n: 1 })).toBe('{客户昵称} {unknown}');
  });
});

describe('gather', () => {
  it('puts keys under their folder, but leaves the shared ones', () => {
    expect(
      gather({ churn: { title: '流失', 'menu.churn': '流失提醒', 'tile.churn.today': '今日流失' } }),
    ).toEqual({
      'churn.title': '流失',
      'menu.churn': '流失提醒',
      'tile.churn.today': '今日流失',
    });
  });
  it('lets a folder find each of its texts, also one that begins like the shared ones', () => {
    const texts = gather({ intention: { title: '意向', 'trend.hint': '每天的人数' } });
    expect(translate('zh-CN', texts, placeOf('intention', 'title'))).toBe('意向');
    expect(translate('zh-CN', texts, placeOf('intention', 'trend.hint'))).toBe('每天的人数');
  });
});

describe('translate', () => {
  it('falls back to the given text, then to the key, so that a gap is seen', () => {
    expect(translate('en', {}, 'menu.x', undefined, 'X')).toBe('X');
    expect(translate('en', {}, 'menu.x')).toBe('menu.x');
  });
  it('begins in Chinese unless another known language is remembered', () => {
    expect(startLanguage(null)).toBe('zh-CN');
    expect(startLanguage('en')).toBe('en');
    expect(startLanguage('fr')).toBe('zh-CN');
  });
});
