use super::super::english::cron;

/// What another program makes of these is in the comments; here none of them may mean anything.
#[test]
fn what_is_not_understood_whole_is_refused() {
    let wrong = [
        "",
        "and",
        "every",
        "every and",
        "minute",
        "now",
        "every monkey at 9am",
        "every day except friday at 9am",
        "never on monday at 9am",
        "not every day at 9am",
        "delete everything in 5 minutes",
        "in 5 minutes",
        "every second",
        "every 5 seconds",
        "every second monday at 9am",
        "every third monday at 9am",
        "every other day at 8am",
        "twice a day",
        "every 90 minutes",
        "every 7 minutes",
        "every 0 minutes",
        "every 5 hours",
        "every 999999999999 minutes",
        "every month",
        "every year at 9am",
        "every week at 9am",
        "every day",
        "at 9am",
        "9am",
        "at 25:00 every day",
        "at 9:75 every day",
        "at 13pm every day",
        "at 0am every day",
        "at 9 every day",
        "at 9am and 5:30pm every day",
        "every day at 9am at 10am",
        "every day at 9am every friday",
        "every monday every friday at 9am",
        "every friday to monday at 9am",
        "every 15 minutes between 5pm and 9am",
        "every 15 minutes between 9:30 and 17:00",
        "every 15 minutes at 9am",
        "on the 32nd of the month at 9am",
        "on the 1th of the month at 9am",
        "on the 0th of the month at 9am",
        "on the 1st of the month on mondays at 9am",
        "on the sixth monday of the month at 9am",
        "on the first weekday of the month at 9am",
        "monday at 9am",
        "every day at 9am; rm -rf /",
        "0 9 * * every",
    ];
    for text in wrong {
        assert!(
            cron(text).is_err(),
            "{text:?} was taken for {:?}",
            cron(text)
        );
    }
}

#[test]
fn what_people_write_means_what_they_mean() {
    let right = [
        ("every minute", "* * * * *"),
        ("every 15 minutes", "*/15 * * * *"),
        (
            "Every 15 Minutes on weekdays between 9am and 5pm",
            "*/15 9-16 * * 1-5",
        ),
        ("every hour", "0 * * * *"),
        ("hourly", "0 * * * *"),
        ("every hour from 9:00 to 17:00", "0 9-17 * * *"),
        ("every 6 hours", "0 */6 * * *"),
        ("every weekday at 9am", "0 9 * * 1-5"),
        ("every weekend at noon", "0 12 * * 6,0"),
        ("weekdays at 9:05", "5 9 * * 1-5"),
        ("daily at midnight", "0 0 * * *"),
        ("at 12am every day", "0 0 * * *"),
        ("every day at 12 pm", "0 12 * * *"),
        ("every day at 9am and 5pm", "0 9,17 * * *"),
        ("every day at 9am, 1pm, and 5pm", "0 9,13,17 * * *"),
        ("every monday at 9am", "0 9 * * 1"),
        ("every mon, wed and fri at 17:30", "30 17 * * 1,3,5"),
        ("every monday to friday at 23:59", "59 23 * * 1-5"),
        ("every saturday through sunday at 1am", "0 1 * * 6-7"),
        ("every week on monday at 9am", "0 9 * * 1"),
        ("midnight on tuesdays", "0 0 * * 2"),
        ("on the 1st of the month at 6am", "0 6 1 * *"),
        ("every month on the 1st and 15th at 6:30am", "30 6 1,15 * *"),
        ("every month on the 1st of the month at 6am", "0 6 1 * *"),
        ("on the last day of the month at 23:00", "0 23 L * *"),
        ("on the first monday of the month at 9am", "0 9 * * 1#1"),
        ("on the second tuesday of every month at 9am", "0 9 * * 2#2"),
        ("on the last friday of the month at 9am", "0 9 * * 5L"),
        ("every year on april 1 at 9am", "0 9 1 4 *"),
        ("yearly on 24th december at 6pm", "0 18 24 12 *"),
        ("every day in june, july and august at 5am", "0 5 * 6,7,8 *"),
    ];
    for (text, pattern) in right {
        assert_eq!(cron(text).as_deref(), Ok(pattern), "{text:?}");
    }
}
