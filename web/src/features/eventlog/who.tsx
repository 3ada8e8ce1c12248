import { Link } from '@tanstack/react-router';
import { Icon } from '@/parts/Icon';
import { MemberTag } from '@/parts/MemberTag';
import { useT } from './strings';
import type { About } from './words';
import './eventlog.css';

/** Whom a callback concerns: names where we know them, else WeCom's ids. */
export function Who({ about }: { about: About }) {
  const t = useT();
  const { member, memberName, customer, customerId, customerName, chat, groupName, department } = about;
  if (!member && !customer && !chat && !department) return <span className="q-faint">–</span>;
  return (
    <span className="eventlog-who">
      {customer &&
        (customerId ? (
          <Link to={`/customer/${customerId}`}>{customerName || t('nameless')}</Link>
        ) : (
          <code title={t('customer.unknown')}>{customer}</code>
        ))}
      {customer && member && <Icon name="right" className="q-faint" />}
      {member && <MemberTag name={memberName || member} />}
      {chat && (
        <span>
          <Icon name="group" /> {groupName || <code>{chat}</code>}
        </span>
      )}
      {department && (
        <span>
          <Icon name="department" /> {t('departmentOf', { id: department })}
        </span>
      )}
    </span>
  );
}
