package dev.switchback.transforms.postgres;

/** A day of the proleptic Gregorian calendar, in which the year 0 is 1 BC. */
record Civil(long year, int month, int day) {

    private static final int DAYS_FROM_0000_03_01 = 719_468 + 10_957;

    /** @param days since 2000-01-01 */
    static Civil of(long days) {
        long shifted = days + DAYS_FROM_0000_03_01;
        long era = Math.floorDiv(shifted, 146_097L);
        long dayOfEra = shifted - era * 146_097;
        long yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long monthFromMarch = (5 * dayOfYear + 2) / 153;
        int day = (int) (dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
        int month = (int) (monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9);
        return new Civil(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
    }

    /** Since 2000-01-01. */
    long days() {
        return Times.days(year, month, day);
    }

    /** 1 for the first of January. */
    int dayOfYear() {
        return (int) (days() - Times.days(year, 1, 1)) + 1;
    }

    /** 1 for Monday to 7 for Sunday. */
    int isoDayOfWeek() {
        return (int) Math.floorMod(days() + 5, 7L) + 1;
    }

    /** The Monday of this day's week. */
    long monday() {
        return days() - isoDayOfWeek() + 1;
    }

    /** The year to which most of this day's week belongs. */
    long isoYear() {
        return of(monday() + 3).year();
    }

    int isoWeek() {
        return (of(monday() + 3).dayOfYear() - 1) / 7 + 1;
    }
}
