import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useMe } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Drawer';
import { ErrorView } from '@/parts/ErrorView';
import { TextArea, TextInput } from '@/parts/fields';
import { Waiting } from '@/parts/Page';
import { fetchQr } from './actions';
import { drawPoster, type PosterLook, type PosterText, posterLooks } from './poster';
import { useT } from './strings';
import { type Code, download, fileName } from './words';
import './channelcode.css';

/** Composes a poster from the code and a few words, and gives it as PNG; nothing leaves the browser. */
export function PosterDialog({ code, onClose }: { code: Code; onClose: () => void }) {
  const t = useT();
  const picture = useQuery({
    queryKey: ['channelcode', 'picture', code.id, code.qr],
    queryFn: async () => createImageBitmap(await fetchQr(code)),
    // A bitmap is not for keeping: it holds memory that nobody sees.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Dialog open onClose={onClose} title={t('poster')} width={900}>
      {picture.isPending && <Waiting rows={8} />}
      {picture.isError && <ErrorView error={picture.error} onRetry={() => void picture.refetch()} />}
      {picture.data && <Composer code={code} qr={picture.data} />}
    </Dialog>
  );
}

function Composer({ code, qr }: { code: Code; qr: ImageBitmap }) {
  const t = useT();
  const { corp } = useMe();
  const [look, setLook] = useState<PosterLook>('clean');
  const [text, setText] = useState<PosterText>({
    title: code.name,
    slogan: t('poster.slogan.start'),
    call: t('poster.call.start'),
    sender: corp.name,
  });
  const canvas = useRef<HTMLCanvasElement>(null);
  const change = (part: Partial<PosterText>) => setText({ ...text, ...part });
  const save = async () => {
    const blob = await new Promise<Blob | null>((resolve) => canvas.current?.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error(t('poster.failed'));
    download(blob, fileName(code.name, `poster-${look}`));
  };
  return (
    <div className="channelcode-poster">
      <div className="channelcode-sheet">
        <Sheet
          look={look}
          text={text}
          qr={qr}
          canvas={canvas}
          label={t('poster.preview', { name: code.name })}
        />
      </div>
      <div className="q-stack">
        <div className="channelcode-looks" role="radiogroup" aria-label={t('poster.look')}>
          {posterLooks.map((one) => (
            <label key={one} className="channelcode-look">
              <input
                type="radio"
                name="look"
                className="q-hidden"
                checked={look === one}
                onChange={() => setLook(one)}
              />
              <Sheet look={one} text={text} qr={qr} />
              {t(`poster.look.${one}`)}
            </label>
          ))}
        </div>
        <div className="channelcode-poster-field">
          {t('poster.title')}
          <TextInput
            label={t('poster.title')}
            value={text.title}
            max={30}
            onChange={(title) => change({ title })}
          />
        </div>
        <div className="channelcode-poster-field">
          {t('poster.slogan')}
          <TextArea
            label={t('poster.slogan')}
            value={text.slogan}
            max={60}
            rows={2}
            onChange={(slogan) => change({ slogan })}
          />
        </div>
        <div className="channelcode-poster-field">
          {t('poster.call')}
          <TextInput
            label={t('poster.call')}
            value={text.call}
            max={20}
            onChange={(call) => change({ call })}
          />
        </div>
        <div className="channelcode-poster-field">
          {t('poster.sender')}
          <TextInput
            label={t('poster.sender')}
            value={text.sender}
            max={30}
            onChange={(sender) => change({ sender })}
          />
        </div>
        <div>
          <Button look="primary" icon="download" onClick={save}>
            {t('poster.download')}
          </Button>
        </div>
      </div>
    </div>
  );
}

function Sheet(props: {
  look: PosterLook;
  text: PosterText;
  qr: ImageBitmap;
  canvas?: React.RefObject<HTMLCanvasElement | null>;
  label?: string;
}) {
  const { look, text, qr, label } = props;
  const own = useRef<HTMLCanvasElement>(null);
  const canvas = props.canvas ?? own;
  useEffect(() => {
    if (canvas.current) drawPoster(canvas.current, look, text, qr);
  }, [canvas, look, text, qr]);
  return label ? (
    <canvas ref={canvas} role="img" aria-label={label} />
  ) : (
    <span aria-hidden="true">
      <canvas ref={canvas} />
    </span>
  );
}
