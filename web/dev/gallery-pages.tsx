import { useState } from 'react';
import { Problem } from '@/api/problem';
import type { FeaturePage } from '@/lib/feature-page';
import { useUrlFilters } from '@/lib/url-filters';
import { ActionMenu, Button } from '@/parts/Button';
import { Chart } from '@/parts/Chart';
import { CodeBlock, RawView } from '@/parts/CodeBlock';
import { CustomerCard } from '@/parts/CustomerCard';
import { DataTable } from '@/parts/DataTable';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { Facts } from '@/parts/Facts';
import { useFeedback } from '@/parts/Feedback';
import { FilterBar } from '@/parts/FilterBar';
import { Field, Form, FormSection } from '@/parts/Form';
import { Choice, NumberInput, TextInput, Toggle } from '@/parts/fields';
import { JobProgress } from '@/parts/JobProgress';
import { MemberPicker } from '@/parts/MemberPicker';
import { MemberTag } from '@/parts/MemberTag';
import { MessageEditor } from '@/parts/MessageEditor';
import type { MessageContent } from '@/parts/message';
import { NumberText } from '@/parts/NumberText';
import { Card, Columns, Page, Waiting } from '@/parts/Page';
import { PhonePreview } from '@/parts/PhonePreview';
import { QrImage } from '@/parts/QrImage';
import { SchedulePicker } from '@/parts/SchedulePicker';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { StatTile, Tiles } from '@/parts/StatTile';
import type { Shift } from '@/parts/schedule';
import { Notice, Tabs } from '@/parts/Tabs';
import { TagPicker } from '@/parts/TagPicker';
import { Timeline } from '@/parts/Timeline';
import { TimeText } from '@/parts/TimeText';
import { type Customer, customers, dice, now, personName } from './mock/data';

const at = (path: string, component: () => React.ReactNode, title: string): FeaturePage => ({
  path,
  title,
  crumbs: path === '/gallery' ? undefined : [{ title: 'Gallery', path: '/gallery' }],
  load: async () => ({ default: component as () => React.JSX.Element }),
});

export const galleryPages: readonly FeaturePage[] = [
  at('/gallery', Overview, 'Gallery'),
  at('/gallery/table', () => <TablePage source={many} />, 'Table'),
  at('/gallery/empty', () => <TablePage source={none} />, 'Empty'),
  at('/gallery/broken', () => <TablePage source={broken} />, 'Error'),
  at('/gallery/form', FormPage, 'Form'),
  at('/gallery/detail', DetailPage, 'Detail'),
  at('/gallery/crash', Crash, 'Crash'),
];

function Crash(): React.ReactNode {
  throw new Error('on purpose');
}

type Source = (
  after: string | undefined,
  limit: number,
  q: string,
) => Promise<{ items: Customer[]; next?: string; total?: { count: number; exact: boolean } }>;
const many: Source = async (after, limit, q) => {
  const from = Number(after ?? 0);
  const rows = customers.filter((c) => c.name.includes(q));
  const next = from + limit < rows.length ? String(from + limit) : undefined;
  return {
    items: rows.slice(from, from + limit),
    next,
    total: q ? { count: rows.length, exact: true } : { count: 10000, exact: false },
  };
};
const none: Source = async () => ({ items: [], total: { count: 0, exact: true } });
const broken: Source = async () => {
  throw new Problem(502, {
    detail: '调用企业微信接口 externalcontact/list 失败：请求来自不可信的 IP',
    advice: '请在企业微信管理后台 → 应用管理 → 自建应用 → 企业可信IP 中加入 203.0.113.7。',
    upstream: 60020,
    reference: '7F3K-92QD',
  });
};

function TablePage({ source }: { source: Source }) {
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
        viewsKey="gallery"
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

interface Code {
  name: string;
  count: number | null;
  mode: string;
  open: boolean;
  members: string[];
  tags: string[];
  shifts: Shift[];
  welcome: MessageContent;
}
const vars = [
  { token: '{客户昵称}', label: '客户昵称', example: '林小满' },
  { token: '{成员姓名}', label: '成员姓名', example: '王芳' },
];

function FormPage() {
  return (
    <Page title="新建渠道活码" meaning="客户扫码后添加当班成员，自动打标签、发欢迎语。">
      <Card>
        <Form<Code>
          initial={{
            name: '',
            count: 100,
            mode: 'all',
            open: true,
            members: ['user01', 'user02'],
            tags: ['t20'],
            shifts: [
              { days: [1, 2, 3, 4, 5], from: 540, to: 1080, members: ['user01'] },
              { days: [5, 6], from: 840, to: 120, members: ['user03'] },
            ],
            welcome: {
              text: '{客户昵称}，您好！我是{成员姓名}，很高兴认识您。\n有任何问题随时找我。',
              attachments: [
                {
                  kind: 'link',
                  title: '新客专享：秋季换新指南',
                  desc: '全屋净水方案一次看懂',
                  url: 'https://example.com/a',
                },
              ],
            },
          }}
          submitLabel="创建"
          onCancel={() => {}}
          onSubmit={async () => {
            throw new Problem(422, {
              detail: '填写有误，请检查标出的字段',
              errors: [
                { field: 'name', message: '已有同名的活码，请换一个名字' },
                { field: 'welcome.attachments[0].url', message: '链接不能访问' },
                { field: 'folder', message: '文件夹已被删除，请重新选择' },
              ],
            });
          }}
          aside={(values) => (
            <PhonePreview
              content={values.welcome}
              from="王芳"
              variables={Object.fromEntries(vars.map((v) => [v.token, v.example]))}
              caption="客户看到的欢迎语"
            />
          )}
        >
          {(values) => (
            <>
              <FormSection title="基本信息">
                <Field name="name" label="名称" required max={30} hint="只有后台看得到，便于区分渠道。">
                  <TextInput placeholder="如：秋季展会" />
                </Field>
                <Field name="mode" label="接待方式">
                  <Choice
                    options={[
                      { value: 'all', label: '全天', hint: '始终由这些成员接待' },
                      { value: 'shift', label: '按班次', hint: '不同时间由不同成员接待' },
                    ]}
                  />
                </Field>
                {values.mode === 'all' ? (
                  <Field name="members" label="接待成员" required>
                    <MemberPicker max={100} />
                  </Field>
                ) : (
                  <Field name="shifts" label="班次">
                    <SchedulePicker otherwise="没有排班的时间由备用成员接待。" />
                  </Field>
                )}
                <Field name="count" label="每人每天上限" required>
                  <NumberInput min={1} unit="人" />
                </Field>
                <Field name="open" label="自动通过好友" valueKey="checked">
                  <Toggle />
                </Field>
                <Field name="tags" label="客户标签">
                  <TagPicker />
                </Field>
              </FormSection>
              <FormSection title="欢迎语" meaning="客户添加后 20 秒内发送。">
                <Field name="welcome" label="内容">
                  <MessageEditor variables={vars} />
                </Field>
              </FormSection>
            </>
          )}
        </Form>
      </Card>
    </Page>
  );
}

function DetailPage() {
  const roll = dice(3);
  return (
    <Page
      title="林小满"
      beside={<StateBadge tone="good">正常</StateBadge>}
      meaning="客户 · 微信"
      actions={
        <>
          <Button icon="tag">打标签</Button>
          <ActionMenu label="更多" actions={[{ key: 'a', label: '删除', danger: true, onClick: () => {} }]}>
            更多
          </ActionMenu>
        </>
      }
    >
      <Columns
        left={
          <>
            <Card title="资料">
              <Facts
                items={[
                  {
                    name: '昵称',
                    value: (
                      <CustomerCard
                        customer={{ name: '林小满', kind: 'wechat', remark: '林小满（已量房）' }}
                      />
                    ),
                  },
                  { name: '跟进成员', value: <MemberTag name="王芳" department="销售一部" /> },
                  {
                    name: '标签',
                    value: <Labels texts={['重要', '展会', '净水器', '老客转介绍']} limit={9} />,
                  },
                  { name: '来源', value: '渠道活码「秋季展会」' },
                  { name: '积分', value: <NumberText value={1280} />, hint: '可用积分' },
                  { name: '电话', value: '' },
                ]}
              />
            </Card>
            <Card title="二维码">
              <QrImage value="https://work.weixin.qq.com/ca/demo" alt="活码" caption="秋季展会" />
            </Card>
          </>
        }
        right={
          <Tabs
            items={[
              {
                key: 'line',
                label: '动态',
                content: (
                  <Card>
                    <Timeline
                      entries={Array.from({ length: 6 }, (_, i) => ({
                        id: String(i),
                        at: now - i * 17 * 3600_000,
                        icon: (['join', 'tag', 'welcome', 'chat', 'leave', 'edit'] as const)[i] ?? 'info',
                        tone: (['good', 'busy', 'good', 'quiet', 'bad', 'quiet'] as const)[i],
                        title: [
                          '扫「秋季展会」添加了成员',
                          '打上标签 重要',
                          '收到欢迎语',
                          '在群里发言',
                          '删除了成员',
                          '修改备注',
                        ][i],
                        by: personName(roll),
                        detail: i === 1 ? '由活码规则自动添加' : undefined,
                      }))}
                    />
                  </Card>
                ),
              },
              {
                key: 'raw',
                label: '原始数据',
                content: (
                  <RawView
                    facts={[{ name: '来源', value: 'change_external_contact' }]}
                    text="<xml><ToUserName><![CDATA[ww1]]></ToUserName><Event><![CDATA[change_external_contact]]></Event><Item><A>1</A><B/></Item></xml>"
                  />
                ),
              },
            ]}
          />
        }
      />
    </Page>
  );
}

function Overview() {
  const { confirm, problem, done } = useFeedback();
  const [text] = useState('curl -s http://127.0.0.1:8080/api/account/me');
  const days = Array.from(
    { length: 30 },
    (_, i) => `${i < 8 ? '10' : '11'}-${String(((i + 23) % 31) + 1).padStart(2, '0')}`,
  );
  const roll = dice(11);
  const values = days.map((_, i) => (i % 7 === 5 ? 0 : Math.round(20 + roll() * 40)));
  return (
    <Page
      title="Parts"
      meaning="All parts, to be looked at."
      actions={
        <>
          <Button
            onClick={() =>
              void confirm({
                title: '删除 12 个活码？',
                detail: '已印出的二维码会失效，不能恢复。',
                action: '删除 12 个',
                danger: true,
              })
            }
          >
            Confirm
          </Button>
          <Button
            onClick={() =>
              problem(
                new Problem(502, {
                  detail: '请求来自不可信的 IP',
                  advice: '在 企业可信IP 中加入 203.0.113.7',
                  upstream: 60020,
                  reference: '7F3K-92QD',
                }),
              )
            }
          >
            Problem
          </Button>
          <Button look="primary" onClick={() => done('已保存')}>
            Done
          </Button>
        </>
      }
    >
      <Tiles>
        <StatTile
          title="客户总数"
          definition="去重后的客户数，不含已流失"
          value={12408}
          previous={12371}
          series={values.slice(0, 14)}
          href="/gallery/table"
        />
        <StatTile title="今日新增" definition="今天添加的客户" value={37} previous={52} />
        <StatTile title="今日流失" definition="今天删除成员的客户" value={4} previous={3} better="down" />
        <StatTile title="回复率" definition="已回复聊天占比" value={0.962} as="percent" previous={0.95} />
      </Tiles>
      <Columns
        wide="left"
        left={
          <>
            <Card title="近 30 天">
              <Chart
                kind="line"
                label="新增"
                categories={days}
                series={[
                  { name: '新增', values },
                  { name: '上期', values: values.map((v) => Math.round(v * 0.8)), earlier: true },
                ]}
              />
            </Card>
            <Card title="成员排行">
              <Chart
                kind="bar"
                label="排行"
                categories={['王芳', '李静', '赵敏', '周伟']}
                series={[{ name: '新增', values: [42, 31, 22, 9] }]}
                height={180}
              />
            </Card>
          </>
        }
        right={
          <>
            <Card title="漏斗">
              <Chart
                kind="funnel"
                label="漏斗"
                categories={['扫码', '添加', '留存 7 天', '成交']}
                series={[{ name: '人数', values: [1200, 860, 640, 120] }]}
                height={220}
              />
            </Card>
            <Card title="任务">
              <div className="q-stack">
                <JobProgress
                  job={{ title: '同步客户', done: 8240, total: 12408, startedAt: Date.now() - 90000 }}
                />
                <JobProgress job={{ title: '导出', done: 500, total: 500, state: 'done' }} />
                <JobProgress job={{ title: '打标签', done: 20, total: 500, state: 'failed' }} />
              </div>
            </Card>
          </>
        }
      />
      <Card title="状态">
        <div className="q-row q-wrap">
          <StateBadge tone="good">正常</StateBadge>
          <StateBadge tone="busy">发布中</StateBadge>
          <StateBadge tone="warn">等待重试</StateBadge>
          <StateBadge tone="bad">失败</StateBadge>
          <StateBadge tone="quiet">已停用</StateBadge>
          <Button look="primary">主要</Button>
          <Button>默认</Button>
          <Button look="danger" icon="remove">
            删除
          </Button>
          <Button look="quiet" icon="reload" hint="刷新" />
          <Button disabled hint="没有权限">
            停用
          </Button>
          <Button to="/gallery/table" icon="right">
            去列表
          </Button>
        </div>
      </Card>
      <Notice tone="warning" title="可信 IP 还没有配置">
        企业微信会拒绝我们的请求。
      </Notice>
      <CodeBlock text={text} />
      <Columns
        left={
          <Card>
            <Empty compact title="空" hint="没有东西" />
          </Card>
        }
        right={
          <Card>
            <ErrorView compact error={new TypeError('x')} onRetry={() => {}} />
          </Card>
        }
      />
      <Card>
        <Waiting rows={2} />
      </Card>
    </Page>
  );
}
