import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { useT } from './strings';

/** Telephone numbers: masked, and in full on request for those who may read them. Each reading is logged. */
export function Phones(props: { customer: string; follow: string; masked: readonly string[] }) {
  const { customer, follow, masked } = props;
  const t = useT();
  const can = useCan();
  const [full, setFull] = useState<readonly string[] | undefined>();
  const read = async () => {
    const { follows } = await ok(
      api.GET('/api/customer/customers/{id}/phones', { params: { path: { id: customer } } }),
    );
    setFull(follows.find((one) => one.id === follow)?.mobiles ?? []);
  };
  return (
    <span className="q-row">
      <span>{(full ?? masked).join(t('comma'))}</span>
      {!full && can('customer.phone') && (
        <Button size="small" look="link" onClick={read}>
          {t('mobiles.show')}
        </Button>
      )}
    </span>
  );
}
