import { Problem } from '@/api/problem';
import { useUrlFilters } from '@/lib/url-filters';
import { ActionMenu, Button } from '@/parts/Button';
import { CustomerCard } from '@/parts/CustomerCard';
import { DataTable } from '@/parts/DataTable';
import { Facts } from '@/parts/Facts';
import { FilterBar } from '@/parts/FilterBar';
import { MemberTag } from '@/parts/MemberTag';
import { NumberText } from '@/parts/NumberText';
import { Page } from '@/parts/Page';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { TimeText } from '@/parts/TimeText';
import { type Customer, customers } from './mock/data';

type Source = (
  after: string | undefined,
  limit: number,
  q: string,
) => Promise<{ items: Customer[]; next?: string; total?: { count: number; exact: boolean } }>;
export const many: Source = async (after, limit, q) => {
  const from = Number(after ?? 0);
  const rows = customers.filter((c) => c.name.includes(q));
  const next = from + limit < rows.length ? String(from + limit) : undefined;
  return {
    items: rows.slice(from, from + limit),
    next,
    total: q ? { count: rows.length, exact: true } : { count: 10000, exact: false },
  };
};
export const none: Source = async () => ({ items: [], total: { count: 0, exact: true } });
export const broken: Source = async () => {
  throw new Problem(502, {
    detail: '调用企业微信接口 externalcontact/list 失败：请求来自不可信的 IP',
    advice: '请在企业微信管理后台 → 应用管理 → 自建应用 → 企业可信IP 中加入 203.0.113.7。',
    upstream: 60020,
    reference: '7F3K-92QD',
  });
};

export function TablePage({ source }: { source: Source }) {
  const filters = useUrlFilters('q', 'member', 'department', 'tag', 'added', 'state');
  return (
    <Page
      title="客户"
      meaning="所有成员添加的客户，一行一位。"
      actions={
        <>
          <Button icon="download">导出</Button>
          <Button look="primary" icon="jobs">
            同步客户
          </Button>
        </>
      }
    >
      <FilterBar
        filters={filters}
        search={{ key: 'q', placeholder: '姓名、备注、企业' }}
        items={[
          { key: 'member', label: '成员', kind: 'member' },
          { key: 'department', label: '部门', kind: 'department' },
          { key: 'tag', label: '标签', kind: 'tag' },
          { key: 'added', label: '添加时间', kind: 'period' },
          {
            key: 'state',
            label: '状态',
            kind: 'choice',
            multiple: true,
            options: [
              { value: 'good', label: '正常' },
              { value: 'lost', label: '已流失' },
            ],
          },
        ]}
      />
      <DataTable<Customer>
        id="gallery"
        label="客户"
        queryKey={['gallery', source.name, filters.values]}
        load={({ after, limit }) => source(after, limit, filters.one('q') ?? '')}
        rowKey={(c) => c.id}
        filters={filters}
        countExactly={async () => 12408}
        columns={[
          {
            key: 'name',
            title: '客户',
            fixed: true,
            width: 220,
            render: (c) => <CustomerCard customer={c} />,
          },
          {
            key: 'member',
            title: '跟进成员',
            width: 170,
            render: (c) => <MemberTag name={c.member} department={c.department} />,
          },
          { key: 'tags', title: '标签', render: (c) => <Labels texts={c.tags} /> },
          {
            key: 'state',
            title: '状态',
            width: 110,
            render: (c) => (
              <StateBadge tone={c.state === 'good' ? 'good' : c.state === 'lost' ? 'bad' : 'quiet'}>
                {c.state === 'good' ? '正常' : c.state === 'lost' ? '已流失' : '已删除'}
              </StateBadge>
            ),
          },
          {
            key: 'at',
            title: '添加时间',
            hint: '成员与客户建立联系的时间',
            width: 160,
            render: (c) => <TimeText at={c.at} show="time" />,
          },
          {
            key: 'points',
            title: '积分',
            optional: true,
            width: 100,
            align: 'right',
            render: () => <NumberText value={1280} />,
          },
          {
            key: 'more',
            title: '操作',
            width: 80,
            render: () => (
              <ActionMenu
                label="更多"
                size="small"
                actions={[{ key: 'a', label: '打标签', icon: 'tag', onClick: () => {} }]}
              />
            ),
          },
        ]}
        empty={{
          title: '还没有客户',
          hint: '成员添加的客户会显示在这里。可以从企业微信同步已有客户，或先创建一个渠道活码让客户来扫。',
          action: (
            <Button look="primary" icon="jobs">
              同步客户
            </Button>
          ),
        }}
        drawer={(id, row) => ({
          title: row?.name ?? id,
          href: '/gallery/detail',
          content: row && (
            <Facts
              items={[
                { name: '跟进成员', value: row.member },
                { name: '添加时间', value: <TimeText at={row.at} show="time" /> },
                { name: '备注', value: row.remark },
              ]}
            />
          ),
        })}
        bulk={() => (
          <>
            <Button size="small" icon="tag">
              打标签
            </Button>
            <Button size="small" icon="download">
              导出
            </Button>
          </>
        )}
      />
    </Page>
  );
}
