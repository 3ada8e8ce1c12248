import { signedOutEvent } from './client';
import { asProblem, problemOf } from './problem';

/** A picture that the server and WeCom keep: an attachment of a message, ready to be put into one. */
export interface StoredPicture {
  kind: 'image';
  /** WeCom's address of it; for sending. */
  url: string;
  /** Our address of it; for showing. */
  show: string;
}

/** Uploads one JPG or PNG below 2 MB (POST /api/message/pictures, multipart field "file"). Throws a Problem. */
export function uploadPicture(file: File, signal?: AbortSignal): Promise<StoredPicture> {
  return uploadFile('/api/message/pictures', file, signal);
}

/** Uploads one file as multipart field "file" and gives the answer. Throws a Problem. */
export async function uploadFile<Answer>(path: string, file: File, signal?: AbortSignal): Promise<Answer> {
  const body = new FormData();
  body.append('file', file, file.name);
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      body,
      credentials: 'same-origin',
      signal,
    });
  } catch (error) {
    throw asProblem(error);
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.signedOut) window.dispatchEvent(new Event(signedOutEvent));
    throw problem;
  }
  return (await response.json()) as Answer;
}
