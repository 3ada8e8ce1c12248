import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { useI18n } from '@/lib/i18n';
import { Button } from './Button';
import { Dialog } from './Drawer';
import { ErrorView } from './ErrorView';
import { CheckBox, Choice } from './fields';
import { Waiting } from './Page';
import { useT } from './strings';
import { Notice } from './Tabs';
import './style/export.css';

type Started = components['schemas']['ExportView'];

/**
 * Takes a list away as a file, made in the background: asks which columns and which
 * format. The list is one of a feature's manifest; the filter is the list's own.
 */
export function ExportButton(props: { list: string; filter?: unknown; size?: 'small' | 'middle' }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size={props.size} icon="download" onClick={() => setOpen(true)}>
        {t('export')}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t('export.title')}>
        <Chooser list={props.list} filter={props.filter} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function Chooser(props: { list: string; filter?: unknown; onClose: () => void }) {
  const t = useT();
  const { language } = useI18n();
  const english = language === 'en';
  const [format, setFormat] = useState<'xlsx' | 'csv'>('xlsx');
  const [picked, setPicked] = useState<readonly string[]>();
  const [started, setStarted] = useState<Started>();
  const list = useQuery({
    queryKey: ['export', 'list', props.list],
    queryFn: ({ signal }) =>
      ok(api.GET('/api/export/lists/{list}', { params: { path: { list: props.list } }, signal })),
  });
  const start = useMutation({
    mutationFn: (columns: string[]) =>
      ok(
        api.POST('/api/export/runs', {
          body: { list: props.list, format, columns, filter: props.filter, english },
        }),
      ),
    onSuccess: setStarted,
  });
  if (list.isError) return <ErrorView error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Waiting rows={4} />;
  if (started) {
    return (
      <Notice tone="success" title={t('export.started')}>
        <p>{t('export.started.hint')}</p>
        <Link to="/export">{t('export.records')}</Link>
      </Notice>
    );
  }
  const { columns } = list.data;
  const chosen = picked ?? columns.filter((column) => column.chosen).map((column) => column.key);
  const all = chosen.length === columns.length;
  const pick = (key: string, on: boolean) =>
    setPicked(on ? [...chosen, key] : chosen.filter((one) => one !== key));
  return (
    <div className="q-stack">
      <fieldset className="q-export-columns">
        <legend>
          {t('export.columns', { n: chosen.length })}{' '}
          <Button look="link" onClick={() => setPicked(all ? [] : columns.map((column) => column.key))}>
            {t(all ? 'export.none' : 'export.all')}
          </Button>
        </legend>
        {columns.map((column) => (
          <CheckBox
            key={column.key}
            checked={chosen.includes(column.key)}
            onChange={(on) => pick(column.key, on)}
          >
            {english ? column.en : column.zh}
          </CheckBox>
        ))}
      </fieldset>
      <Choice
        value={format}
        onChange={setFormat}
        label={t('export.format')}
        options={[
          { value: 'xlsx', label: 'Excel', hint: t('export.xlsx.hint') },
          { value: 'csv', label: 'CSV', hint: t('export.csv.hint') },
        ]}
      />
      <div className="q-row">
        <Button
          look="primary"
          disabled={chosen.length === 0}
          onClick={() =>
            start.mutateAsync(columns.map((column) => column.key).filter((key) => chosen.includes(key)))
          }
        >
          {t('export.start')}
        </Button>
        <Button onClick={props.onClose}>{t('cancel')}</Button>
      </div>
    </div>
  );
}
