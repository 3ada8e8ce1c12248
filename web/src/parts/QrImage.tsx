import { QRCode } from 'antd';
import { useState } from 'react';
import { picture } from '@/lib/picture';
import { useT } from './strings';
import './style/timeline.css';

/**
 * A QR code: the picture at `src` (as WeCom or the server made it), else one
 * drawn here for `value`. Always on white, since scanners want that in the dark too.
 */
export function QrImage(props: {
  src?: string;
  value?: string;
  size?: number;
  caption?: string;
  alt: string;
}) {
  const t = useT();
  const { src, value, size = 160, caption, alt } = props;
  const [broken, setBroken] = useState<string | null>(null);
  const image =
    src && broken !== src ? (
      <img src={picture(src)} alt={alt} width={size} height={size} onError={() => setBroken(src)} />
    ) : value ? (
      <QRCode value={value} size={size} bordered={false} color="#000000" bgColor="#ffffff" aria-label={alt} />
    ) : (
      <span className="q-faint">{t('noQr')}</span>
    );
  return (
    <figure className="q-qr" style={{ margin: 0 }}>
      <span className="q-qr-frame" style={{ width: size + 22, height: size + 22 }}>
        {image}
      </span>
      {caption && <figcaption className="q-faint">{caption}</figcaption>}
    </figure>
  );
}
