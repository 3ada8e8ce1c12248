import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { useLive } from '@/lib/live';
import { useCan, useMe } from '@/lib/me';
import { Button } from '@/parts/Button';
import { type Column, DataTable } from '@/parts/DataTable';
import { Facts } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { Toggle } from '@/parts/fields';
import { Icon, type IconName } from '@/parts/Icon';
import { PhonePreview } from '@/parts/PhonePreview';
import { Notice } from '@/parts/Tabs';
import { TimeText } from '@/parts/TimeText';
import { useMessageVariables } from '@/parts/variables';
import { GreetingDialog } from './greeting-dialog';
import { useT } from './strings';
import { type Greeting, levels } from './words';
import './welcome.css';

const icons: Record<Greeting['level'], IconName> = {
  member: 'member',
  department: 'department',
  company: 'home',
};

/** The greetings, narrowest first: that is the order in which they are chosen. */
export function Greetings() {
  const t = useT();
  const can = useCan();
  const mayTouch = useMayTouch();
  const [edited, setEdited] = useState<Greeting | 'new' | null>(null);
  useLive('welcome', [['welcome', 'greetings']]);
  const create = can('welcome.write') && (
    <Button look="primary" icon="add" onClick={() => setEdited('new')}>
      {t('new')}
    </Button>
  );
  const columns: Column<Greeting>[] = [
    { key: 'for', title: t('for'), fixed: true, width: 220, render: (row) => <For greeting={row} /> },
    { key: 'content', title: t('content'), render: (row) => <Excerpt greeting={row} /> },
    {
      key: 'enabled',
      title: t('enabled'),
      hint: t('enabled.hint'),
      width: 110,
      render: (row) => <Switch greeting={row} />,
    },
    {
      key: 'updated',
      title: t('updated'),
      width: 180,
      render: (row) => (
        <>
          <TimeText at={Date.parse(row.updatedAt)} /> <span className="q-faint">{who(t, row)}</span>
        </>
      ),
    },
    {
      key: 'actions',
      title: '',
      width: 100,
      render: (row) =>
        mayTouch(row) && (
          <span className="q-row">
            <Button size="small" look="quiet" icon="edit" hint={t('edit')} onClick={() => setEdited(row)} />
            <Remove greeting={row} />
          </span>
        ),
    },
  ];
  return (
    <div className="q-stack">
      <Notice tone="info" title={t('order')}>
        {t('order.hint')}
      </Notice>
      <DataTable<Greeting>
        id="welcome.greetings"
        label={t('greetings')}
        rowKey={(row) => row.id}
        queryKey={['welcome', 'greetings']}
        load={async ({ signal }) => {
          const { items } = await ok(api.GET('/api/welcome/greetings', { signal }));
          return { items: [...items].sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level)) };
        }}
        columns={columns}
        tools={create}
        empty={{ title: t('empty'), hint: t('empty.hint'), action: create }}
        drawerWidth={460}
        drawer={(_, row) => ({
          title: row ? forWords(t, row) : t('greeting'),
          content: row && <Shown greeting={row} />,
          actions: row && mayTouch(row) && (
            <Button size="small" icon="edit" onClick={() => setEdited(row)}>
              {t('edit')}
            </Button>
          ),
        })}
      />
      {edited && (
        <GreetingDialog greeting={edited === 'new' ? undefined : edited} onClose={() => setEdited(null)} />
      )}
    </div>
  );
}

/** Greetings of departments and the company speak for everybody: changing them takes the whole scope. */
function useMayTouch(): (greeting: Greeting) => boolean {
  const can = useCan();
  const { reach } = useMe();
  return ({ level }) => can('welcome.write') && (level === 'member' || reach === 'all');
}

type T = ReturnType<typeof useT>;

const who = (t: T, { updatedBy }: Greeting) => (updatedBy === 'system' ? t('system') : updatedBy);

export function forWords(t: T, { level, target, targetName }: Greeting): string {
  return level === 'company' ? t('level.company') : targetName || target;
}

function For({ greeting }: { greeting: Greeting }) {
  const t = useT();
  return (
    <span className="welcome-for">
      <Icon name={icons[greeting.level]} />
      <span>
        <strong>{forWords(t, greeting)}</strong>
        <small className="q-faint">{t(`level.${greeting.level}.hint`)}</small>
      </span>
    </span>
  );
}

function Excerpt({ greeting }: { greeting: Greeting }) {
  const t = useT();
  const { text, attachments = [] } = greeting.content;
  const count = (kind: 'image' | 'link') => attachments.filter((one) => one.kind === kind).length;
  const extras = (['image', 'link'] as const)
    .filter((kind) => count(kind) > 0)
    .map((kind) => t(`count.${kind}`, { n: count(kind) }));
  return (
    <span className="welcome-excerpt">
      <span>{text}</span>
      {extras.length > 0 && <small className="q-faint">{extras.join(' · ')}</small>}
    </span>
  );
}

function Switch({ greeting }: { greeting: Greeting }) {
  const t = useT();
  const client = useQueryClient();
  const mayTouch = useMayTouch();
  const { done, problem } = useFeedback();
  const [busy, setBusy] = useState(false);
  const { id, level, target, content, version } = greeting;
  const turn = async (enabled: boolean) => {
    setBusy(true);
    try {
      await ok(
        api.PUT('/api/welcome/greetings/{id}', {
          params: { path: { id } },
          body: { level, target, content, enabled, version },
        }),
      );
      done(t(enabled ? 'turned.on' : 'turned.off'));
    } catch (error) {
      problem(error);
    } finally {
      await client.invalidateQueries({ queryKey: ['welcome', 'greetings'] });
      setBusy(false);
    }
  };
  return (
    <Toggle
      checked={greeting.enabled}
      disabled={busy || !mayTouch(greeting)}
      label={t('enabled.of', { name: forWords(t, greeting) })}
      onChange={(on) => void turn(on)}
    />
  );
}

function Remove({ greeting }: { greeting: Greeting }) {
  const t = useT();
  const client = useQueryClient();
  const { confirm, done } = useFeedback();
  const remove = () =>
    confirm({
      title: t('remove.title', { name: forWords(t, greeting) }),
      detail: t(`remove.${greeting.level}`),
      action: t('remove'),
      danger: true,
      onConfirm: async () => {
        await ok(api.DELETE('/api/welcome/greetings/{id}', { params: { path: { id: greeting.id } } }));
        done(t('removed'));
        await client.invalidateQueries({ queryKey: ['welcome', 'greetings'] });
      },
    });
  return <Button size="small" look="quiet" icon="remove" hint={t('remove')} onClick={remove} />;
}

function Shown({ greeting }: { greeting: Greeting }) {
  const t = useT();
  const from = greeting.level === 'member' ? greeting.targetName : undefined;
  const variables = useMessageVariables(from);
  return (
    <div className="q-stack">
      <PhonePreview content={greeting.content} from={from} variables={variables.examples} />
      <Facts
        items={[
          { name: t('for'), value: forWords(t, greeting), hint: t(`level.${greeting.level}.hint`) },
          { name: t('enabled'), value: t(greeting.enabled ? 'on' : 'off') },
          {
            name: t('updated'),
            value: (
              <>
                <TimeText at={Date.parse(greeting.updatedAt)} show="time" /> {who(t, greeting)}
              </>
            ),
          },
        ]}
      />
    </div>
  );
}
