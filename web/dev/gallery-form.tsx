import { Problem } from '@/api/problem';
import { Field, Form, FormSection } from '@/parts/Form';
import { Choice, NumberInput, TextInput, Toggle } from '@/parts/fields';
import { MemberPicker } from '@/parts/MemberPicker';
import { MessageEditor } from '@/parts/MessageEditor';
import type { MessageContent } from '@/parts/message';
import { Card, Page } from '@/parts/Page';
import { PhonePreview } from '@/parts/PhonePreview';
import { SchedulePicker } from '@/parts/SchedulePicker';
import type { Shift } from '@/parts/schedule';
import { TagPicker } from '@/parts/TagPicker';

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

export function FormPage() {
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
