import { useParams } from '@tanstack/react-router';
import { useCustomerSections } from '@/lib/customer-parts';
import { useI18n } from '@/lib/i18n';
import { ErrorView } from '@/parts/ErrorView';
import { Columns, Page } from '@/parts/Page';
import { Tabs } from '@/parts/Tabs';
import { CustomerActions } from './actions';
import { CustomerFacts, useCustomer } from './customer-facts';
import { OneSection } from './sections';
import { Story } from './story';
import { useT } from './strings';
import type { CustomerDetail } from './words';

/** One customer: facts on the left, what happened on the right. */
export default function DetailPage() {
  const t = useT();
  const { id = '' } = useParams({ strict: false });
  const customer = useCustomer(id);
  return (
    <Page
      title={customer.data?.name || t('detail')}
      meaning={t('detail.meaning')}
      actions={
        customer.data && (
          <CustomerActions
            on="page"
            selection={{ customers: [id] }}
            level="customer"
            count={1}
            onDone={() => void customer.refetch()}
          />
        )
      }
    >
      {customer.isError ? (
        <ErrorView error={customer.error} onRetry={() => void customer.refetch()} />
      ) : (
        <Columns
          wide="right"
          left={<CustomerFacts id={id} />}
          right={<Told id={id} customer={customer.data} />}
        />
      )}
    </Page>
  );
}

/** The timeline, with tabs beside it for what other features have to show at length. */
function Told({ id, customer }: { id: string; customer: CustomerDetail | undefined }) {
  const t = useT();
  const { text } = useI18n();
  const tabs = useCustomerSections('tab');
  if (tabs.length === 0 || !customer) return <Story id={id} />;
  return (
    <Tabs
      keep
      items={[
        { key: 'timeline', label: t('timeline'), content: <Story id={id} /> },
        ...tabs.map((section) => ({
          key: section.key,
          label: text(section.title),
          content: <OneSection section={section} customer={customer} />,
        })),
      ]}
    />
  );
}
