-- One row: the cause that is told where nothing was found that explains a difference. None where nothing was published before.
select
    case
        when (select count(*) from previous.school) = 0 then 'older_version'
        when (folder.code_version is distinct from refresh.code_version) then 'new_version'
        else 'not_explained'
    end as cause
from previous.folder as folder
cross join mart.refresh as refresh
