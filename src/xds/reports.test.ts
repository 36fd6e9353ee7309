import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createReports, type Reports } from './reports.js';

let told: string[];
let reports: Reports;

beforeEach(() => {
  jest.useFakeTimers();
  told = [];
  reports = createReports(
    (fleet) => void told.push(fleet),
    (fleet) => (fleet === 'large' ? 50 : 0),
  );
});
afterEach(() => {
  reports.stop();
  jest.useRealTimers();
});

describe('reports of a fleet', () => {
  it('come once per turn, however much happens in it', () => {
    for (let i = 0; i < 10; i += 1) reports.schedule('small');
    jest.advanceTimersByTime(1);
    reports.schedule('small');
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['small', 'small']);
  });

  it('of a large one pause, and the last news is told when the pause is over', () => {
    for (let ms = 0; ms < 100; ms += 1) {
      reports.schedule('large');
      jest.advanceTimersByTime(1);
    }
    expect(told.length).toBeLessThanOrEqual(3);
    const before = told.length;
    jest.advanceTimersByTime(60);
    expect(told.length).toBe(before + 1);
    jest.advanceTimersByTime(1_000);
    expect(told.length).toBe(before + 1);
  });

  it('of one fleet do not wait for another', () => {
    reports.schedule('large');
    jest.advanceTimersByTime(1);
    reports.schedule('large');
    reports.schedule('small');
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['large', 'small']);
  });
});
