import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from './search-params';

describe('the query of an address', () => {
  it('reads what it wrote', () => {
    const search = { q: '小满', tag: ['t1', 't2'], added: '2026-11-01~2026-11-22' };
    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });
  it('keeps numbers as the text that was written', () => {
    expect(parseSearch('?id=0012&open=1e3')).toEqual({ id: '0012', open: '1e3' });
  });
  it('leaves out what is empty', () => {
    expect(stringifySearch({ q: '', tag: [], member: undefined })).toBe('');
  });
});
