import { asProblem, problemOf } from './problem';

/** A file that the server keeps: what a message's attachment refers to. */
export interface StoredFile {
  /** Key of the stored file; goes into `attachment.blob`. */
  blob: string;
  name: string;
  /** Bytes. */
  size: number;
  /** Address of the file on this server, for previews. */
  url: string;
}

/** Sends one file to the server's store (POST /api/files, multipart field "file"). Throws a Problem. */
export async function uploadFile(file: File, signal?: AbortSignal): Promise<StoredFile> {
  const body = new FormData();
  body.append('file', file, file.name);
  let response: Response;
  try {
    response = await fetch('/api/files', { method: 'POST', body, credentials: 'same-origin', signal });
  } catch (error) {
    throw asProblem(error);
  }
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as StoredFile;
}

/** Address of a stored file by its key. */
export function fileUrl(blob: string): string {
  return `/api/files/${encodeURIComponent(blob)}`;
}
