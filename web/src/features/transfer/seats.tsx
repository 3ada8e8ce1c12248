import { Options } from '@/parts/fields';
import { MemberTag } from '@/parts/MemberTag';
import { StateBadge } from '@/parts/StateBadge';
import { useT } from './strings';
import type { Outline, Seat, SeatChoice, Transfer } from './words';

/** The select's values: a taker's userid behind a colon, so that none is mistaken for a word. */
function optionOf(choice: SeatChoice): string {
  return choice.fate === 'give' ? `:${choice.to ?? ''}` : choice.fate;
}

export function chosenBy(seat: SeatChoice, value: string): SeatChoice {
  const { of, seat: id, from } = seat;
  if (value.startsWith(':')) return { of, seat: id, from, fate: 'give', to: value.slice(1) };
  return { of, seat: id, from, fate: value === 'drop' ? 'drop' : 'keep' };
}

/** The leavers' seats in channel codes, and who takes them. */
export function SeatChoices(props: {
  outline: Outline;
  value: readonly SeatChoice[];
  onChange: (value: SeatChoice[]) => void;
}) {
  const t = useT();
  const { seats, to, from } = props.outline;
  if (seats.length === 0) return null;
  const takers = to.map((share) => ({ value: `:${share.member}`, label: share.name }));
  return (
    <div className="transfer-seats">
      <table className="transfer-shares">
        <thead>
          <tr>
            <th scope="col">{t('seats', { n: seats.length })}</th>
            {from.length > 1 && <th scope="col">{t('from')}</th>}
            <th scope="col">{t('seats.to')}</th>
          </tr>
        </thead>
        <tbody>
          {seats.map((seat, at) => (
            <tr key={`${seat.of}/${seat.seat}/${seat.from}`}>
              <td>
                {seat.name}
                <div className="q-faint">
                  {seat.others > 0 ? t('seats.others', { n: seat.others }) : t('seats.alone')}
                </div>
              </td>
              {from.length > 1 && <td>{seat.fromName}</td>}
              <td>
                <Options
                  label={t('seats.to.of', { name: seat.name })}
                  value={optionOf(props.value[at] ?? seat)}
                  onChange={(value) =>
                    props.onChange(props.value.map((old, i) => (i === at ? chosenBy(seat, value) : old)))
                  }
                  options={[
                    ...takers,
                    ...(seat.spare ? [{ value: 'drop', label: t('seats.drop') }] : []),
                    { value: 'keep', label: t('seats.keep') },
                  ]}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <span className="q-faint">{t('seats.hint')}</span>
    </div>
  );
}

/** The seats of a hand-over that has begun. */
export function SeatList({ seats, from }: { seats: readonly Seat[]; from: Transfer['from'] }) {
  const t = useT();
  return (
    <table className="transfer-shares">
      <thead>
        <tr>
          <th scope="col">{t('seats', { n: seats.length })}</th>
          {from.length > 1 && <th scope="col">{t('from')}</th>}
          <th scope="col">{t('seats.to')}</th>
          <th scope="col">{t('state')}</th>
        </tr>
      </thead>
      <tbody>
        {seats.map((seat) => (
          <tr key={`${seat.of}/${seat.seat}/${seat.from.member}`}>
            <td>{seat.name}</td>
            {from.length > 1 && <td>{seat.from.name}</td>}
            <td>{seat.to ? <MemberTag name={seat.to.name} /> : t('seats.drop')}</td>
            <td>
              <StateBadge tone={seat.done ? 'good' : 'warn'}>
                {t(seat.done ? 'seats.done' : 'seats.open')}
              </StateBadge>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
