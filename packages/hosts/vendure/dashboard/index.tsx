import { defineDashboardExtension } from '@vendure/dashboard';
import { CustomerCard } from './customer-card';

defineDashboardExtension({
  pageBlocks: [
    {
      id: 'tessera-customer-card',
      location: {
        pageId: 'customer-detail',
        column: 'side',
        position: { blockId: 'status', order: 'after' },
      },
      requiresPermission: 'ReadCustomer',
      shouldRender: ({ entity }) => Boolean(entity?.id),
      component: ({ context }) => <CustomerCard customerId={context.entity.id} />,
    },
  ],
});
