import { describe, expect, it } from 'vitest';
import { computeCost, type Price, prices, readings } from '../../lambda/estimate/prices.ts';

const services = Object.entries(prices).flatMap(([name, service]) =>
  typeof service === 'string' ? [] : [{ name, service }],
);
const isPrice = (value: unknown): value is Price => typeof value === 'object' && value !== null;
const used = services.flatMap(({ service }) => Object.values<Price | string>(service).filter(isPrice));

describe('the table of prices', () => {
  it('has the date of the oldest page that a price was read from', () => {
    const dates = used.map(({ seen }) => readings[seen].date);
    for (const date of dates) expect(date).toMatch(/^\d{4}-\d\d(-\d\d)?$/);
    expect(dates.toSorted()[0]).toBe(prices.asOf);
    expect(prices.asOf).toBe('2024-07-01');
  });

  it('uses every page that it lists as read', () => {
    expect(new Set(used.map(({ seen }) => seen))).toEqual(new Set(Object.keys(readings)));
  });

  it.each(services)(
    'names for $name its page at AWS, and the page that each price was read from',
    ({ service }) => {
      const { page, ...named } = service;
      expect(page).toMatch(/^https:\/\/aws\.amazon\.com\/[\w/-]+\/pricing\//);
      const found = Object.values(named).filter(isPrice);
      expect(found.length).toBeGreaterThan(0);
      for (const price of found) {
        expect(price.usd).toBeGreaterThan(0);
        expect(price.unit).not.toBe('');
        expect(readings).toHaveProperty(price.seen);
      }
    },
  );

  it('multiplies a price by the amount and divides it by the number of units that the price buys', () => {
    expect(computeCost(prices.dynamodb.writeUnit, 2_000_000)).toBeCloseTo(1.25, 10);
    expect(computeCost(prices.s3.put, 1)).toBeCloseTo(0.000_005, 12);
    expect(computeCost(prices.dynamodb.import, 100)).toBeCloseTo(15, 10);
  });
});
