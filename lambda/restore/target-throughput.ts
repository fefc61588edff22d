import type { BillingMode, OnDemandThroughput, ProvisionedThroughput } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

/** How the target is billed, and whether the request overrides the source's billing mode. */
export interface Billing {
  readonly mode: BillingMode;
  readonly overridden: boolean;
}

/** The throughput that is requested for a table or one of its indexes. */
interface RequestedThroughput {
  readonly provisioned: ProvisionedThroughput | undefined;
  readonly onDemand: OnDemandThroughput | undefined;
}

const maximumNames = ['MaxReadRequestUnits', 'MaxWriteRequestUnits'] as const;

/** Stands for "no maximum" in requests and descriptions. */
const noMaximum = -1;

export function billingOf(source: TableDescription, { billingMode }: RestoreOverrides): Billing {
  return { mode: billingMode ?? source.billingMode, overridden: billingMode !== undefined };
}

/** Plans the table's own throughput. Throws `Validation` if the requested throughput does not fit the billing mode. */
export function planTableThroughput(
  source: TableDescription,
  overrides: RestoreOverrides,
): Pick<TableDescription, 'provisionedThroughput' | 'onDemandThroughput'> {
  const { provisionedThroughput: provisioned, onDemandThroughput: onDemand } = overrides;
  const billing = billingOf(source, overrides);
  checkThroughput(billing, { provisioned, onDemand });
  if (billing.mode === 'PROVISIONED') {
    if (billing.overridden && provisioned === undefined) {
      throw invalidRequestError(
        'Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED',
      );
    }
    const throughput = provisioned ?? source.provisionedThroughput;
    return throughput === undefined ? {} : { provisionedThroughput: throughput };
  }
  const maxima = maximaOf(onDemand ?? source.onDemandThroughput);
  return maxima === undefined ? {} : { onDemandThroughput: maxima };
}

/**
 * Throws `Validation` if the throughput requested for the table, or for the index of that name, does not fit the
 * billing mode or is out of range. For an index, only two of DynamoDB's messages are known (throughput missing;
 * throughput given with an override to on-demand); the others imitate them.
 */
export function checkThroughput(
  billing: Billing,
  { provisioned, onDemand }: RequestedThroughput,
  index?: string,
): void {
  const where = index === undefined ? '' : ` for index ${index}`;
  if (billing.mode === 'PROVISIONED') {
    for (const [name] of listMaxima(onDemand)) {
      throw invalidRequestError(
        `Cannot override ${name} for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST${where}`,
      );
    }
  } else if (provisioned !== undefined) {
    const rule = billing.overridden
      ? 'if BillingMode is overridden to PAY_PER_REQUEST'
      : 'unless BillingMode is PROVISIONED';
    throw invalidRequestError(`Cannot override ProvisionedThroughput ${rule}${where}`);
  }
  for (const [name, maximum] of listMaxima(onDemand)) {
    if (maximum < 1 && maximum !== noMaximum) {
      throw invalidRequestError(`Requested ${name} for OnDemandThroughput is outside of valid range${where}`);
    }
  }
}

/** Selects the maxima that are set. Returns undefined if none is. */
export function maximaOf(throughput: OnDemandThroughput | undefined): OnDemandThroughput | undefined {
  const maxima = listMaxima(throughput).filter(([, maximum]) => maximum !== noMaximum);
  return maxima.length === 0 ? undefined : Object.fromEntries(maxima);
}

function listMaxima(throughput: OnDemandThroughput | undefined): [name: string, maximum: number][] {
  return maximumNames.flatMap((name) => {
    const maximum = throughput?.[name];
    return maximum === undefined ? [] : [[name, maximum]];
  });
}

/** Creates a `Validation` error in the form that DynamoDB uses for restores. */
export function invalidRequestError(text: string): TidemarkError {
  return new TidemarkError('Validation', `Invalid Request: ${text}`);
}
