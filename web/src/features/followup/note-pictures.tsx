import { useT } from './strings';

/** The pictures of a note, each opening in a tab of its own. */
export function NotePictures({ pictures }: { pictures: string[] }) {
  const t = useT();
  if (pictures.length === 0) return null;
  return (
    <div className="followup-pictures">
      {pictures.map((picture) => (
        <a key={picture} href={`/api/followup/pictures/${picture}`} target="_blank" rel="noreferrer">
          <img src={`/api/followup/pictures/${picture}`} alt={t('picture')} loading="lazy" />
        </a>
      ))}
    </div>
  );
}
