import { Avatar } from './Avatar';
import { useT } from './strings';
import './style/badges.css';

/** A member 成员 in a line of text or a table cell. */
export function MemberTag(props: { name: string; avatar?: string; department?: string; left?: boolean }) {
  const t = useT();
  const more = props.left ? t('memberLeft') : props.department;
  return (
    <span className="q-person">
      <Avatar name={props.name} src={props.avatar} size={24} />
      <span className="q-person-words">
        <span className="q-person-name">
          <bdi>{props.name}</bdi>
        </span>
        {more && <span className="q-person-more">{more}</span>}
      </span>
    </span>
  );
}
