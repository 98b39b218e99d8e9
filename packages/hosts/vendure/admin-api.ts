import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  AdministratorService,
  Allow,
  ChannelService,
  Ctx,
  CustomerService,
  EntityNotFoundError,
  ForbiddenError,
  type ID,
  Permission,
  type RequestContext,
} from '@vendure/core';
import gql from 'graphql-tag';
import { signAgentToken } from './agent-token';
import { customerIdOf, TESSERA_OPTIONS, type TesseraPluginOptions } from './options';

export const adminApiSchema = gql`
  "What the card of a customer needs to know."
  type TesseraCard {
    endpoint: String!
    "What Tessera calls the customer."
    customer: String!
  }
  extend type Query {
    tesseraCard(customerId: ID!): TesseraCard!
  }
  extend type Mutation {
    "A short token for the page of the administrator who asks."
    createTesseraToken: String!
  }
`;

@Resolver()
export class TesseraResolver {
  constructor(
    @Inject(TESSERA_OPTIONS) private readonly options: TesseraPluginOptions,
    @Inject(AdministratorService) private readonly administrators: AdministratorService,
    @Inject(ChannelService) private readonly channels: ChannelService,
    @Inject(CustomerService) private readonly customers: CustomerService,
  ) {}

  @Query()
  @Allow(Permission.ReadCustomer)
  async tesseraCard(@Ctx() ctx: RequestContext, @Args() { customerId }: { customerId: ID }) {
    const customer = await this.customers.findOne(ctx, customerId);
    if (!customer) throw new EntityNotFoundError('Customer', customerId);
    return { endpoint: this.options.endpoint, customer: customerIdOf(this.options, customer) };
  }

  @Mutation()
  @Allow(Permission.ReadCustomer)
  async createTesseraToken(@Ctx() ctx: RequestContext) {
    const { activeUserId: userId } = ctx;
    const administrator = userId && (await this.administrators.findOneByUserId(ctx, userId));
    // A token opens the cards of all customers, and only the default channel has all of them.
    if (!administrator || !(await this.mayReadEveryCustomer(ctx))) throw new ForbiddenError();
    return signAgentToken(`administrator-${administrator.id}`, this.options, Date.now());
  }

  private async mayReadEveryCustomer(ctx: RequestContext): Promise<boolean> {
    const { id } = await this.channels.getDefaultChannel(ctx);
    const granted = ctx.session?.user?.channelPermissions.find((channel) => channel.id === id);
    return granted?.permissions.includes(Permission.ReadCustomer) ?? false;
  }
}
