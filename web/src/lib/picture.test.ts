import { expect, test } from 'vitest';
import { picture } from './picture';

test('pictures of other hosts come by way of our server', () => {
  expect(picture('http://wx.qlogo.cn/a?b=1&c')).toBe(
    '/api/picture/shown?url=http%3A%2F%2Fwx.qlogo.cn%2Fa%3Fb%3D1%26c',
  );
  expect(picture('HTTPS://wx.qlogo.cn/a')).toContain('/api/picture/shown?url=');
  for (const ours of ['/api/followup/pictures/1', 'data:image/png;base64,AA', 'blob:http://x/1', '']) {
    expect(picture(ours)).toBe(ours);
  }
});
