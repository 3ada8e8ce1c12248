import type { ReactNode } from 'react';
import { useI18n } from '@/lib/i18n';
import { Copy } from '@/parts/Copy';
import { Facts } from '@/parts/Facts';
import { MemberTag } from '@/parts/MemberTag';
import { Labels } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { useT } from './strings';
import { type Code, namesOf, shiftHours } from './words';
import './channelcode.css';

/** Who receives customers at this moment, and when that changes by itself. */
export function OnDuty({ code }: { code: Code }) {
  const t = useT();
  return (
    <div className="channelcode-duty">
      <h3>{t('duty')}</h3>
      {code.onDuty.length === 0 ? (
        <p className="q-faint">{t(code.status === 'pending' ? 'preparing' : 'duty.none')}</p>
      ) : (
        <ul>
          {code.onDuty.map((member) => (
            <li key={member}>
              <MemberTag name={code.names[member] || member} />
            </li>
          ))}
        </ul>
      )}
      <p className="q-faint">
        {code.nextChange ? (
          <>
            {t('next')} <TimeText at={Date.parse(code.nextChange)} show="time" />
          </>
        ) : (
          t('next.never')
        )}
      </p>
    </div>
  );
}

/** What was set, in words. */
export function CodeFacts({ code }: { code: Code }) {
  const t = useT();
  const { text } = useI18n();
  const tags = code.tags.map((tag) => code.tagNames[tag] || t('tag.gone'));
  const shifts: ReactNode = code.shifts.length > 0 && (
    <ul className="channelcode-shifts">
      {code.shifts.map((shift, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: shifts have no id; their order is their identity.
        <li key={i}>
          <strong>{shift.days.map((day) => text(`parts.weekday.${day}`)).join(' ')}</strong>{' '}
          <span className="q-num">{shiftHours(shift)}</span>
          <br />
          {namesOf(code, shift.members).join(t('comma'))}
        </li>
      ))}
    </ul>
  );
  return (
    <Facts
      items={[
        { name: t('remark'), value: code.remark },
        { name: t('members'), value: namesOf(code, code.members).join(t('comma')) },
        { name: t('shifts'), value: shifts || t('shifts.none') },
        {
          name: t('dailyCap'),
          value: code.dailyCap > 0 ? t('dailyCap.of', { n: code.dailyCap }) : t('dailyCap.none'),
        },
        ...(code.dailyCap > 0
          ? [{ name: t('backup'), value: namesOf(code, code.backup).join(t('comma')) || t('backup.none') }]
          : []),
        { name: t('skipVerify'), value: t(code.skipVerify ? 'skipVerify.yes' : 'skipVerify.no') },
        { name: t('greeting'), value: t(`greeting.${code.greeting}`) },
        { name: t('tags'), value: tags.length > 0 ? <Labels texts={tags} limit={20} /> : undefined },
        {
          name: t('customerRemark'),
          value: code.customerRemark && t('customerRemark.is', { text: code.customerRemark }),
        },
        {
          name: t('state'),
          hint: t('state.hint'),
          value: (
            <span className="q-row">
              <code>{code.state}</code> <Copy text={code.state} label={t('copyState')} />
            </span>
          ),
        },
        ...(code.scan
          ? [
              {
                name: t('scan'),
                hint: t('scan.hint'),
                value: (
                  <span className="q-row">
                    <code className="q-ellipsis channelcode-scan">{code.scan}</code>{' '}
                    <Copy text={code.scan} label={t('copyScan')} />
                  </span>
                ),
              },
            ]
          : []),
        {
          name: t('created'),
          value: (
            <>
              <TimeText at={Date.parse(code.createdAt)} show="time" />{' '}
              {code.createdBy === 'system' ? t('system') : code.createdBy}
            </>
          ),
        },
        { name: t('updated'), value: <TimeText at={Date.parse(code.updatedAt)} show="time" /> },
      ]}
    />
  );
}
