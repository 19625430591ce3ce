-- One row per file of a publisher by its title: where it was fetched from, and the newest day it speaks of.
select
    publisher || ': ' || title as title,
    min(url) as path,
    strftime(max(published), '%Y-%m-%d') as version
from mart.source_file
group by publisher, title
order by publisher || ': ' || title
