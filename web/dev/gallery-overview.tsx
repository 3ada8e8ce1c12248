import { useState } from 'react';
import { Problem } from '@/api/problem';
import { Button } from '@/parts/Button';
import { Chart } from '@/parts/Chart';
import { CodeBlock } from '@/parts/CodeBlock';
import { Empty } from '@/parts/Empty';
import { ErrorView } from '@/parts/ErrorView';
import { useFeedback } from '@/parts/Feedback';
import { JobProgress } from '@/parts/JobProgress';
import { Card, Columns, Page, Waiting } from '@/parts/Page';
import { StateBadge } from '@/parts/StateBadge';
import { StatTile, Tiles } from '@/parts/StatTile';
import { Notice } from '@/parts/Tabs';
import { dice } from './mock/data';

export function Overview() {
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
