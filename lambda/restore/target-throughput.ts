import type { BillingMode, OnDemandThroughput, ProvisionedThroughput } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

/** How the target is billed, and whether it was asked for or is as the source was. */
export interface Billing {
  readonly mode: BillingMode;
  readonly overridden: boolean;
}

/** The throughput that is asked for a table or one of its indexes. */
interface Asked {
  readonly provisioned: ProvisionedThroughput | undefined;
  readonly onDemand: OnDemandThroughput | undefined;
}

const maximumNames = ['MaxReadRequestUnits', 'MaxWriteRequestUnits'] as const;

/** What stands for no maximum, in requests and in descriptions. */
const noMaximum = -1;

export function billingOf(source: TableDescription, { billingMode }: RestoreOverrides): Billing {
  return { mode: billingMode ?? source.billingMode, overridden: billingMode !== undefined };
}

/** The table's own throughput. Throws `Validation` if what is asked does not go with the billing mode. */
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
 * Throws `Validation` if what is asked for the table, or for the index of that name, does not go with the billing mode
 * or is out of range. Of an index the service's texts are known for throughput that is missing or that an override to
 * on demand forbids; the others are made alike.
 */
export function checkThroughput(billing: Billing, { provisioned, onDemand }: Asked, index?: string): void {
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

/** The maxima that there are; undefined if there is none. */
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

/** A refusal as the service words those of a restore. */
export function invalidRequestError(text: string): TidemarkError {
  return new TidemarkError('Validation', `Invalid Request: ${text}`);
}
