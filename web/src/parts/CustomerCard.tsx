import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Avatar } from './Avatar';
import { useT } from './strings';
import './style/badges.css';

export interface CustomerFace {
  /** Empty while WeCom was not asked: words say so then, and no sign of them stands for a name. */
  name: string;
  avatar?: string;
  /** The remark that the looking member gave. */
  remark?: string;
  /** A WeChat user (wechat) or a member of another corp (corp), whose name is then shown. */
  kind?: 'wechat' | 'corp';
  corp?: string;
  /** Words that warn whoever sees him, such as "blacklist". */
  badges?: readonly string[];
}

/** A customer 客户 in one line, written as WeCom does: name, then @微信 in green or @company in amber. */
export function CustomerCard(props: { customer: CustomerFace; size?: number; more?: ReactNode }) {
  const t = useT();
  const { customer, size = 32, more } = props;
  return (
    <span className="q-person">
      <Avatar name={customer.name} src={customer.avatar} size={size} />
      <span className="q-person-words">
        <span className="q-person-name">
          <bdi>{customer.name || t('nameless')}</bdi>{' '}
          {customer.kind === 'corp' ? (
            <small className="q-wecom-corp">@{customer.corp || t('otherCorp')}</small>
          ) : customer.kind === 'wechat' ? (
            <small className="q-wechat">@{t('wechat')}</small>
          ) : null}
          {customer.badges?.map((badge) => (
            <small key={badge} className="q-person-badge">
              {badge}
            </small>
          ))}
        </span>
        {(more || customer.remark) && (
          <span className="q-person-more">{more ?? t('remarked', { remark: customer.remark ?? '' })}</span>
        )}
      </span>
    </span>
  );
}

/** A customer as the server's rows tell of him; what is empty is not known. */
export interface CustomerRow {
  name: string;
  avatar?: string;
  remark?: string;
  /** WeCom's type: 1 a WeChat user, 2 a member of another corp. */
  type?: number;
  corpName?: string;
  company?: string;
  badges?: readonly string[];
}

/** The customer of a row in one line; with his id, the way to his page. */
export function CustomerOf(props: { row: CustomerRow; id?: string; size?: number; draggable?: boolean }) {
  const { row, id, size, draggable } = props;
  const card = (
    <CustomerCard
      size={size}
      customer={{
        name: row.name,
        avatar: row.avatar || undefined,
        kind: row.type === 1 ? 'wechat' : row.type === 2 ? 'corp' : undefined,
        corp: row.corpName || row.company,
        remark: row.remark && row.remark !== row.name ? row.remark : undefined,
        badges: row.badges,
      }}
    />
  );
  return id ? (
    <Link to={`/customer/${id}`} draggable={draggable}>
      {card}
    </Link>
  ) : (
    card
  );
}
