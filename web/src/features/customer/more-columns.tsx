import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import type { Column } from '@/parts/DataTable';
import { NumberText } from '@/parts/NumberText';
import { TimeText } from '@/parts/TimeText';
import type { Level } from './query';
import { useT } from './strings';

export type Cell = components['schemas']['CustomerCell'];

/** Columns of other features – stage, intention, … – for a list of customers or follows; each is off until it is chosen. */
export function useMoreColumns<Row extends { cells?: Record<string, Cell> }>(level: Level): Column<Row>[] {
  const t = useT();
  const { language } = useI18n();
  const more = useQuery({
    queryKey: ['customer', 'columns'],
    queryFn: ({ signal }) => ok(api.GET('/api/customer/columns', { signal })),
    staleTime: 60_000,
  });
  return useMemo(
    () =>
      (more.data?.items ?? []).map((column) => ({
        key: column.key,
        title: language === 'en' ? column.en : column.zh,
        hint: level === 'company' ? t('column.ofNewest') : undefined,
        width: 150,
        optional: true,
        asked: column.key.split('.')[0],
        render: (row: Row) => <CellText cell={row.cells?.[column.key]} />,
      })),
    [more.data, language, level, t],
  );
}

function CellText({ cell }: { cell: Cell | undefined }) {
  if (cell?.at) return <TimeText at={cell.at} />;
  if (cell?.number !== undefined)
    return <NumberText value={cell.number} digits={Number.isInteger(cell.number) ? 0 : 2} />;
  return cell?.text ? <span className="customer-cell">{cell.text}</span> : <span className="q-faint">–</span>;
}
