import { Hint } from '@/parts/Facts';
import { deviceOf } from './device-name';
import { useT } from './strings';

/** A browser in words, the whole User-Agent on hover. */
export function DeviceName({ agent }: { agent: string }) {
  const t = useT();
  const { browser, system } = deviceOf(agent);
  const known = [browser === 'wecom' ? t('device.wecom') : browser, system].filter((word) => word !== '');
  const name = known.length > 0 ? known.join(' · ') : t('device.unknown');
  return agent ? <Hint text={agent}>{name}</Hint> : name;
}
