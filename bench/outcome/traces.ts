/** In ../shared/traces. Minutes and seconds first: what they show inside a step is real, in the coarser ones it is made noise. */
export const TRACES: Readonly<Record<string, string>> = {
  nasa: 'nasa_http_1995_1min.csv.gz',
  twitter: 'twitter_stream_2021-08_1min.csv',
  'nasa 1 s': 'nasa_http_1995-07-13_1s.csv.gz',
  'twitter 1 s': 'twitter_stream_2021-08_day1-2_1s.csv.gz',
  'azure 1 s': 'azure_llm_2023_conv_1s.csv',
  alibaba: 'alibaba2018_cluster_cpu_5min.csv',
  google: 'google2019_borg_avg_cpu_5min.csv',
  bank: 'bank_calls_5min_weekdays.csv',
  elb: 'nab_aws_elb_request_count_5min.csv',
  aapl: 'nab_tweets_aapl_5min.csv',
  fb: 'nab_tweets_fb_5min.csv',
};
