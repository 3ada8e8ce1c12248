/**
 * Where the page gets a picture: one on another host is fetched by our server, so that the
 * page itself loads nothing from anybody else.
 */
export function picture(src: string): string {
  return /^https?:/i.test(src) ? `/api/picture/shown?url=${encodeURIComponent(src)}` : src;
}
