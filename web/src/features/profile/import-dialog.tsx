import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import type { components } from '@/api/schema';
import { uploadFile } from '@/api/upload';
import { useCan } from '@/lib/me';
import { Button } from '@/parts/Button';
import { Drawer } from '@/parts/Drawer';
import { useFeedback } from '@/parts/Feedback';
import { FileButton } from '@/parts/FileButton';
import { Choice, Options, Toggle } from '@/parts/fields';
import { Notice } from '@/parts/Tabs';
import { useFields } from './fields-tab';
import { RunDetail } from './runs-tab';
import { useT } from './strings';

/** What the server makes of an uploaded table (profile.Draft; the upload is no JSON route). */
interface Draft {
  id: string;
  name: string;
  columns: { index: number; header: string; samples: string[]; field?: string; role?: string }[];
}

type Plan = components['schemas']['ProfilePlan'];
type Match = Plan['match'];

/** Upload, say what the columns are, look at what would change, carry it out. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [checked, setChecked] = useState<string | null>(null);
  const close = async () => {
    await client.invalidateQueries({ queryKey: ['profile', 'runs'] });
    onClose();
  };
  return (
    <Drawer open onClose={() => void close()} title={t('import')} width={760}>
      {checked ? (
        <RunDetail id={checked} />
      ) : draft ? (
        <Mapping draft={draft} onChecked={() => setChecked(draft.id)} />
      ) : (
        <Chooser onDraft={setDraft} />
      )}
    </Drawer>
  );
}

function Chooser({ onDraft }: { onDraft: (draft: Draft) => void }) {
  const t = useT();
  const { problem } = useFeedback();
  const [busy, setBusy] = useState(false);
  const take = async ([file]: File[]) => {
    if (!file) return;
    setBusy(true);
    try {
      onDraft(await uploadFile<Draft>('/api/profile/imports', file));
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="q-stack">
      <Notice tone="info" title={t('import.meaning')}>
        {t('import.limits')}
      </Notice>
      <div className="q-row">
        <FileButton
          look="primary"
          label={t('import.choose')}
          accept=".xlsx,.csv,text/csv"
          busy={busy}
          onFiles={take}
        >
          {t('import.choose')}
        </FileButton>
        <Button icon="download" onClick={() => window.location.assign('/api/profile/imports/template.xlsx')}>
          {t('import.template')}
        </Button>
      </div>
    </div>
  );
}

function Mapping({ draft, onChecked }: { draft: Draft; onChecked: () => void }) {
  const t = useT();
  const can = useCan();
  const fields = useFields();
  const ways: Match[] = can('customer.phone')
    ? ['external', 'unionid', 'phone', 'remark']
    : ['external', 'unionid', 'remark'];
  const column = (role: string) => draft.columns.find((c) => c.role === role)?.index;
  const guessed = ways.find((way) => column(way) !== undefined) ?? 'external';
  const [match, setMatch] = useState<Match>(guessed);
  const [key, setKey] = useState(column(guessed) ?? 0);
  const [member, setMember] = useState(column('member') ?? 0);
  const [clear, setClear] = useState(false);
  const [into, setInto] = useState<Record<number, string | undefined>>(
    Object.fromEntries(draft.columns.map((c) => [c.index, c.field])),
  );
  const heads = draft.columns.map((c) => ({
    value: String(c.index),
    label: c.header || t('import.column', { n: c.index + 1 }),
  }));
  const offered = (fields.data?.items ?? [])
    .filter((f) => f.fills && f.kind !== 'file')
    .map((f) => ({ value: f.id, label: f.name }));
  const columns = draft.columns.flatMap((c) => {
    const field = into[c.index];
    return field ? [{ index: c.index, field }] : [];
  });
  const check = async () => {
    await ok(
      api.PUT('/api/profile/imports/{id}', {
        params: { path: { id: draft.id } },
        body: { match, key, member, columns, clear },
      }),
    );
    onChecked();
  };
  return (
    <div className="q-stack">
      <strong className="profile-file-name">{draft.name}</strong>
      <strong>{t('import.match')}</strong>
      <Choice
        label={t('import.match')}
        value={match}
        onChange={(way) => {
          setMatch(way);
          setKey(column(way) ?? key);
        }}
        options={ways.map((way) => ({ value: way, label: t(`import.by.${way}`) }))}
      />
      <div className="profile-map">
        <span>{t('import.key')}</span>
        <Options
          label={t('import.key')}
          value={String(key)}
          onChange={(v) => setKey(Number(v))}
          options={heads}
        />
        {match === 'remark' && (
          <>
            <span>{t('import.member')}</span>
            <Options
              label={t('import.member')}
              value={String(member)}
              onChange={(v) => setMember(Number(v))}
              options={heads}
            />
          </>
        )}
      </div>
      <div className="profile-map">
        <strong>{t('import.columns')}</strong>
        <strong>{t('import.into')}</strong>
        {draft.columns.map((c) => (
          <div key={c.index} className="profile-map-row">
            <span>
              {c.header || t('import.column', { n: c.index + 1 })}
              <small className="q-faint"> {c.samples.filter(Boolean).join(' · ')}</small>
            </span>
            <Options
              label={t('import.into.of', { name: c.header })}
              value={into[c.index]}
              onChange={(field) => setInto((before) => ({ ...before, [c.index]: field }))}
              options={offered}
              placeholder={t('import.skip')}
              clearable
            />
          </div>
        ))}
      </div>
      <span className="q-row">
        <Toggle checked={clear} onChange={setClear} label={t('import.clear')} />
        {t('import.clear')}
      </span>
      <div className="q-row">
        <Button
          look="primary"
          disabled={columns.length === 0}
          hint={columns.length === 0 ? t('import.columns.none') : undefined}
          onClick={check}
        >
          {t('import.check')}
        </Button>
      </div>
    </div>
  );
}
