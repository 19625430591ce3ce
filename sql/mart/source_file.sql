-- One row per publisher's file that this refresh read: provenance. published is the date the file speaks of (null where its name has none),
-- landed when exactly these bytes first arrived here (UTC), rows what was read from it.
select file.* from landing.gias_file as file
union all
select file.* from landing.ofsted_file as file
union all
select file.* from landing.ks2_file as file
union all
select file.* from landing.ks4_file as file
union all
select file.* from landing.ons_file as file
union all
select file.* from landing.lists_file as file
union all
select file.* from landing.postcodes_file as file
order by kind, published desc, name
