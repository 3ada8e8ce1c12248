import { ActionMenu, Button } from '@/parts/Button';
import { RawView } from '@/parts/CodeBlock';
import { CustomerCard } from '@/parts/CustomerCard';
import { Facts } from '@/parts/Facts';
import { MemberTag } from '@/parts/MemberTag';
import { NumberText } from '@/parts/NumberText';
import { Card, Columns, Page } from '@/parts/Page';
import { QrImage } from '@/parts/QrImage';
import { Labels, StateBadge } from '@/parts/StateBadge';
import { Tabs } from '@/parts/Tabs';
import { Timeline } from '@/parts/Timeline';
import { dice, now, personName } from './mock/data';

export function DetailPage() {
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
